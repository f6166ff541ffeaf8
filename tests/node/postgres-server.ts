import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { postgres } from "../../scripts/setup/postgres.mjs";
import { closedPort } from "../shared/closed-port.ts";

const startTimeout = 30_000;

/** A PostgreSQL server in a temporary folder, on a port of this machine. */
export interface PostgresServer {
  readonly url: string;
  /** Connections that survive the server's death. */
  pool(options?: pg.PoolConfig): pg.Pool;
  /** Ends the server by SIGKILL, as a crash would; its other processes end by themselves. */
  kill(): Promise<void>;
  /** Starts it again on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Makes a database and starts a server for it. With PostgreSQL's own settings every commit reaches the disk; `settings`
 * are others, as `name=value`.
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), "luminora-postgres-"));
  const data = join(folder, "data");
  const user = serverUser();
  if (user) await chown(folder, user.uid, user.gid);
  const options = { cwd: folder, ...user };
  const bin = await programsFor(options);
  const init = ["--auth=trust", "--username=luminora", "--encoding=UTF8", "--locale=C", "--no-sync"];
  execFileSync(join(bin, "initdb"), ["-D", data, ...init], {
    ...options,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const port = await closedPort();
  const url = `postgresql://luminora@127.0.0.1:${port}/postgres`;
  const all = [`port=${port}`, "listen_addresses=127.0.0.1", "unix_socket_directories=", ...settings];
  const flags = all.flatMap((setting) => ["-c", setting]);
  let server: ChildProcess;

  const restart = async () => {
    const deadline = Date.now() + startTimeout;
    for (;;) {
      let log = "";
      server = spawn(join(bin, "postgres"), ["-D", data, ...flags], {
        ...options,
        stdio: ["ignore", "ignore", "pipe"],
      });
      server.stderr?.setEncoding("utf8").on("data", (text: string) => {
        log = (log + text).slice(-4000);
      });
      while (server.exitCode === null && server.signalCode === null) {
        if (await answers(url)) return;
        if (Date.now() > deadline) throw new Error(`the server does not answer: ${log}`);
        await pause(20);
      }
      // What a killed server leaves behind holds its memory a moment longer.
      if (Date.now() > deadline) throw new Error(`the server does not start: ${log}`);
      await pause(100);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const closed = once(server, "exit");
    server.kill(signal);
    await closed;
  };
  await restart();
  return {
    url,
    pool(options) {
      const pool = new pg.Pool({ connectionString: url, ...options });
      // Told when a connection that nobody uses breaks; the next query gets another one.
      pool.on("error", () => {});
      return pool;
    },
    kill: () => end("SIGKILL"),
    restart,
    async stop() {
      await end("SIGINT");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The folder of the server's programs, which who runs it can read. */
async function programsFor(options: { cwd: string; uid?: number }): Promise<string> {
  const bin = await postgres();
  try {
    execFileSync(join(bin, "initdb"), ["--version"], { ...options, stdio: "ignore" });
    return bin;
  } catch (error) {
    if (options.uid === undefined || (error as NodeJS.ErrnoException).code !== "EACCES") throw error;
  }
  // They are in root's own cache.
  const copy = join(options.cwd, "programs");
  await cp(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, basename(bin));
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** Who runs the server: it refuses to be root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = ["-u", "-g"].map((flag) =>
        Number(execFileSync("id", [flag, name], { stdio: "pipe" })),
      );
      if (uid && gid) return { uid, gid };
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`");
}
