import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { downloadRelease } from "../../scripts/setup/prebuilt.mjs";
import { temporaryFolder } from "./folder.ts";

/** A release as a project publishes it, on a server of its own. */
async function release(checksum: (archive: Buffer) => string | undefined) {
  const made = await temporaryFolder();
  await mkdir(join(made, "tool-1.0"));
  await writeFile(join(made, "tool-1.0", "tool"), "the program");
  await writeFile(join(made, "tool-1.0", "README"), "read me");
  execFileSync("tar", ["-czf", "tool.tar.gz", "tool-1.0"], { cwd: made });
  const archive = await readFile(join(made, "tool.tar.gz"));
  const server = createServer(({ url }, response) => {
    const body = url?.endsWith(".tar.gz") ? archive : checksum(archive);
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { releases: `http://127.0.0.1:${port}`, archive: (platform: string) => `tool-1.0-${platform}` };
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe("a prebuilt tool", () => {
  it("is unpacked when its checksum is right, and nothing else stays", async () => {
    const folder = await temporaryFolder();
    await downloadRelease(await release((archive) => `${sha256(archive)}  tool.tar.gz\n`), folder, "tool");
    expect(await readdir(folder)).toEqual(["tool"]);
    expect(await readFile(join(folder, "tool"), "utf8")).toBe("the program");
  });

  it("is taken when the project publishes no checksum", async () => {
    const folder = await temporaryFolder();
    await downloadRelease(await release(() => undefined), folder, "tool");
    expect(await readdir(folder)).toEqual(["tool"]);
  });

  it.each([
    ["of another file", "0".repeat(64)],
    ["that is none", "<!doctype html>"],
  ])("is refused with a checksum %s", async (_, checksum) => {
    const folder = await temporaryFolder();
    const tool = await release(() => checksum);
    await expect(downloadRelease(tool, folder, "tool")).rejects.toThrow("checksum");
    expect(await readdir(folder)).toEqual([]);
  });

  it("is missed in one line where there is no network", async () => {
    const tool = { releases: "http://127.0.0.1:1", archive: (platform: string) => platform };
    await expect(downloadRelease(tool, await temporaryFolder(), "tool")).rejects.toThrow(/^\w+/);
  });
});
