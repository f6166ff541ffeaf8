// Running other programs: quietly with progress, or with their output shown.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { Failure } from "./report.mjs";

const TAIL_LINES = 80;
const WINDOWS = process.platform === "win32";

/**
 * Runs a program with its output shown, and fails when it fails.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} [options]
 */
export function show(program, args, options = {}) {
  return run(program, args, { ...options, stdio: "inherit" });
}

/**
 * Runs a program with its output kept back: its lines feed `progress`, and the last of them are part of the
 * failure. Resolves to everything it wrote on standard output.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, progress?: (text: string) => void }} [options]
 * @returns {Promise<string>}
 */
export function quiet(program, args, options = {}) {
  return run(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
}

/** What a program writes on standard output, trimmed; `undefined` when it is absent or fails. */
export function ask(program, args, options = {}) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    shell: needsShell(program),
    ...options,
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** The path of a program, looked up as the shell does; `undefined` when there is none. */
export function which(program, searchPath = process.env.PATH ?? "") {
  const suffixes = WINDOWS ? [".exe", ".cmd", ""] : [""];
  for (const folder of searchPath.split(delimiter).filter(Boolean)) {
    for (const suffix of suffixes) {
      const candidate = join(folder, program + suffix);
      try {
        accessSync(candidate, constants.X_OK);
        if (statSync(candidate).isFile()) return candidate;
      } catch {
        // Not here: the next folder.
      }
    }
  }
  return undefined;
}

/** `env` with `folders` put before everything else on its PATH. */
export function withPath(folders, env = process.env) {
  // Windows spells it "Path", and a copy of the environment is no longer blind to case.
  const name = Object.keys(env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  return { ...env, [name]: [...folders, env[name]].filter(Boolean).join(delimiter) };
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions & { progress?: (text: string) => void }} options
 * @returns {Promise<string>}
 */
function run(program, args, { progress, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { shell: needsShell(program), ...options });
    let stdout = "";
    /** @type {string[]} */
    const tail = [];
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        if (!line.trim()) return;
        progress?.(line);
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
      });
    }
    child.on("error", (error) => reject(new Failure(`${program} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(stdout);
      const output = tail.length > 0 ? `\n${tail.join("\n")}` : "";
      reject(
        new Failure(`${[program, ...args].join(" ")} failed (${signal ?? `exit code ${code}`})${output}`),
      );
    });
  });
}

// npm and npx are batch files on Windows, which only a shell can start.
function needsShell(program) {
  return WINDOWS && /(^|[\\/])(npm|npx)(\.cmd)?$/.test(program);
}
