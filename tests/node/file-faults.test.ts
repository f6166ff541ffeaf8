import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fileStorage } from "../../js/storage/file.ts";
import { live, owner } from "../shared/records.ts";
import { bundleScript } from "./child.ts";

const run = promisify(execFile);
let root = "";
let script = "";
let folder = "";
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "luminora-faults-"));
  // Another user has to get in.
  await chmod(root, 0o755);
  script = await bundleScript("bad-disk", root);
});
beforeEach(async () => {
  folder = join(root, `${count++}`, "records");
  await mkdir(join(folder, ".."));
});
afterAll(() => rm(root, { recursive: true }));

// Where nothing may be mounted, the limit of a file's size below stands for it.
describe.runIf(canMount())("a full disk", () => {
  it("refuses what it cannot keep, whole, is read as before, and takes the next batch when there is room", async () => {
    const found = await onTinyDisk();
    const full = { code: "storage", hint: expect.stringContaining("free some space"), cause: "ENOSPC" };
    expect(found.acknowledged.length).toBeGreaterThan(20);
    for (const refusal of [found.refused, found.again, found.erasing, found.caching])
      expect(refusal).toEqual(full);
    expect(found.whileFull.same).toEqual(found.acknowledged);
    expect(found.whileFull.other).toEqual(found.acknowledged);
    expect(found.names).toEqual([expect.stringMatching(/\.jsonl$/)]);
    expect(found.afterwards).toEqual([...found.acknowledged.slice(2), "after"]);
    expect(found.damage.filter((message: string) => message.includes("damaged"))).toEqual([]);
  });

  /** A disk of a megabyte that only the process sees which runs on it, and that ends with it. */
  async function onTinyDisk() {
    const disk = join(folder, "..");
    return await result(
      "unshare",
      ["-rm", "sh", "-c", `mount -t tmpfs -o size=900k none "$1" && shift && exec "$@"`, "sh", disk],
      "full",
    );
  }
});

it("a file that may not grow refuses what it cannot keep, whole, and takes the next batch once it is smaller", async () => {
  const found = await limited("-f 400", "limited");
  expect(found.refused).toEqual({
    code: "storage",
    hint: expect.stringContaining("ulimit -f"),
    cause: "EFBIG",
  });
  expect(found.acknowledged.length).toBeGreaterThan(20);
  expect(found.whileFull).toEqual(found.acknowledged);
  expect(found.afterwards).toEqual([...found.acknowledged.slice(2), "after"]);
  expect(found.names).toEqual([expect.stringMatching(/\.jsonl$/)]);
  expect(found.damage.filter((message: string) => message.includes("damaged"))).toEqual([]);
});

it("too many open files: nothing is half done, and all goes on when some are closed", async () => {
  const found = await limited("-n 40", "many");
  const refused = { code: "storage", hint: expect.stringContaining("ulimit -n"), cause: "EMFILE" };
  for (const refusal of [found.appending, found.reading, found.erasing]) expect(refusal).toEqual(refused);
  expect(found.before).toEqual(["a"]);
  expect(found.afterwards).toEqual(["a", "c"]);
  expect(found.names).toEqual([expect.stringMatching(/\.jsonl$/)]);
});

it("a folder that may only be read is read, and says why it keeps nothing", async () => {
  const storage = fileStorage(folder);
  await storage.append(owner, [live("a"), live("b")]);
  await storage.cache?.(owner).put("index", Uint8Array.of(1, 2));
  await storage.close();
  // What a dead process has left cannot be cleared away here, and need not.
  await writeFile(join(folder, "old.tmp"), "");
  await utimes(join(folder, "old.tmp"), 0, 0);
  const names = await readdir(folder);
  for (const name of names) await chmod(join(folder, name), 0o444);
  await chmod(folder, 0o555);
  // Permissions do not hold for root.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const found = await result(process.execPath, [], "readOnly", user);
  await chmod(folder, 0o755);
  const refused = { code: "storage", hint: expect.stringContaining("may not write"), cause: "EACCES" };
  for (const what of ["appending", "erasing", "removing", "caching", "creating"])
    expect(found[what], what).toEqual(refused);
  expect(found).toMatchObject({ ids: ["a", "b"], owners: [owner], cached: [1, 2], afterwards: ["a", "b"] });
  expect(await readdir(folder)).toEqual(names);
});

/** What the other process says on a system with this limit. */
async function limited(limit: string, fault: string) {
  return await result("sh", ["-c", `ulimit ${limit} && exec "$@"`, "sh"], fault);
}

async function result(program: string, before: string[], fault: string, options: object = {}) {
  const command = program === process.execPath ? [] : [...before, process.execPath];
  const { stdout } = await run(program, [...command, script, fault, folder], options);
  return JSON.parse(stdout);
}

function canMount(): boolean {
  const mounting = ["-rm", "mount", "-t", "tmpfs", "none", tmpdir()];
  return process.platform === "linux" && spawnSync("unshare", mounting).status === 0;
}
