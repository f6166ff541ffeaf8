import { spawnSync } from "node:child_process";
import { lutimes, mkdtemp, readdir, readlink, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { exclusively } from "../../js/storage/exclusive.ts";

let root = "";
let folder = "";
let path = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "luminora-lock-"));
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, "lock-"));
  path = join(folder, "log.lock");
});
afterAll(() => rm(root, { recursive: true }));

it("one at a time works under a lock, also when there are two copies of the package", async () => {
  vi.resetModules();
  const other = await import("../../js/storage/exclusive.ts");
  expect(other.exclusively).not.toBe(exclusively);
  let working = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++working);
    await new Promise((resolve) => setTimeout(resolve, 2));
    working--;
  };
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 ? other.exclusively : exclusively)(path, work)),
  );
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

it("is let go when the work fails", async () => {
  await expect(
    exclusively(path, async () => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await exclusively(path, async () => "yes")).toBe("yes");
});

describe("a lock that nobody holds any more", () => {
  const dead = spawnSync(process.execPath, ["--version"]).pid;
  const old = new Date(Date.now() - 120_000);

  it.each([
    ["of a process that was killed", JSON.stringify([hostname(), dead, 0]), undefined],
    ["of an earlier life with the same name", JSON.stringify([hostname(), process.pid, 0]), undefined],
    ["of another machine, long ago", JSON.stringify(["elsewhere", process.pid, 0]), old],
    [
      "of a process that has another owner's number by now",
      JSON.stringify([hostname(), process.ppid, 0]),
      old,
    ],
  ])("%s, is taken over", async (_, holder, modified) => {
    await symlink(`${holder} 0123456789abcdef`, path);
    if (modified) await lutimes(path, modified, modified);
    expect(await exclusively(path, async (isHeld) => await isHeld())).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  it("and has no name, as a power cut leaves it where there are no links, is taken over", async () => {
    await writeFile(path, "");
    await utimes(path, old, old);
    expect(await exclusively(path, async (isHeld) => await isHeld())).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });
});

it.each([
  ["a process that lives", JSON.stringify([hostname(), process.ppid, 0])],
  ["another thread of this process", JSON.stringify([hostname(), process.pid, 7])],
  ["another machine", JSON.stringify(["elsewhere", 1, 0])],
])("a lock of %s is waited for", async (_, holder) => {
  const token = `${holder} 0123456789abcdef`;
  await symlink(token, path);
  let entered = false;
  const waiting = exclusively(path, async () => {
    entered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(entered).toBe(false);
  expect(await readlink(path)).toBe(token);
  await rm(path);
  await waiting;
  expect(entered).toBe(true);
});
