// Prebuilt programs from the releases of the projects that make them.

import { createHash } from "node:crypto";
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { quiet } from "./command.mjs";

// Behind a firewall a connection often neither opens nor fails: building from source must not wait for it.
const CONNECT_MS = 6_000;
const BODY_MS = 60_000;

const PLATFORMS = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
  "win32-x64": "x86_64-pc-windows-msvc",
};

/**
 * Downloads a tool's release and puts its program into `folder`. Fails with one line that says why not; the
 * download is checked against the checksum file beside it, where the project publishes one.
 *
 * @param {{ releases: string, archive: (platform: string) => string }} tool
 * @param {string} folder
 * @param {string} program the name of the executable file
 */
export async function downloadRelease(tool, folder, program) {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  if (!platform) throw new Error(`none is published for ${process.platform} ${process.arch}`);
  const name = `${tool.archive(platform)}.tar.gz`;
  const archive = await get(`${tool.releases}/${name}`);
  if (!archive) throw new Error("the release has none for this system");
  const checksum = await get(`${tool.releases}/${name}.sha256sum`);
  if (checksum) verify(archive, checksum.toString("utf8"));

  writeFileSync(join(folder, name), archive);
  await quiet("tar", ["-xzf", name], { cwd: folder });
  const unpacked = readdirSync(folder, { recursive: true, encoding: "utf8" }).find(
    (path) => basename(path) === program,
  );
  if (!unpacked) throw new Error(`the release does not contain ${program}`);
  renameSync(join(folder, unpacked), join(folder, `${program}.found`));
  for (const other of readdirSync(folder)) {
    if (other !== `${program}.found`) rmSync(join(folder, other), { recursive: true });
  }
  renameSync(join(folder, `${program}.found`), join(folder, program));
}

async function get(url) {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error("no answer")), CONNECT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(timer);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    timer = setTimeout(() => abort.abort(new Error("download too slow")), BODY_MS);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new Error(error.cause?.code ?? error.message);
  } finally {
    clearTimeout(timer);
  }
}

function verify(archive, published) {
  const expected = /\b[0-9a-f]{64}\b/i.exec(published)?.[0].toLowerCase();
  const actual = createHash("sha256").update(archive).digest("hex");
  if (expected !== actual) throw new Error("the checksum of the download does not match");
}
