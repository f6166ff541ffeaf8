import { BundleReader } from "../../build/wasm/core.js";
import type { Connection } from "../connection.ts";
import { ask, disposedError, type Host } from "../driver.ts";
import type { BundleReport } from "../generated/types.ts";
import { hex } from "../hex.ts";
import { erases, type StoredRecord } from "../storage/storage.ts";
import { type BundleArchive, openBundle, parsedManifest } from "./archive.ts";
import type { BundleImportOptions, BundleImportReport, BundleManifest, BundleOpenOptions } from "./bundle.ts";
import { exportBundle } from "./export.ts";
import { requireSignature } from "./signature.ts";
import type { BundleFile } from "./source.ts";

/** Reads a whole bundle and stores nothing; see `Luminora.verifyBundle`. */
export async function verifyBundle(
  host: Host,
  file: BundleFile,
  { passphrase, signers }: BundleOpenOptions,
): Promise<BundleManifest> {
  const archive = await openBundle(file, passphrase);
  const reader = ask(() => new BundleReader(archive.manifest, { directory: archive.directory }));
  try {
    return await read(host, archive, reader, signers);
  } finally {
    reader.free();
  }
}

/** Brings a bundle into a person's log; see `Luminora.importBundle`. `load` makes the core know that log. */
export async function importBundle(
  connection: Connection,
  load: (user: string) => Promise<void>,
  file: BundleFile,
  { user, mode = "merge", passphrase, signers }: BundleImportOptions,
): Promise<{ report: BundleImportReport; changed: readonly string[] }> {
  const { core } = connection;
  const archive = await openBundle(file, passphrase);
  const { directory } = archive;
  const reader = ask(() => new BundleReader(archive.manifest, { directory, owner: user, mode }));
  try {
    const owner = user ?? parsedManifest(archive.manifest).owner;
    await load(owner);
    await read(connection, archive, reader, signers);
    const settle = () => ask(() => reader.settle(core) as BundleReport);
    if (mode === "dry_run") return { report: settle(), changed: [] };
    let undo: Blob | undefined;
    if (mode === "replace") {
      let revision: number;
      do {
        revision = reader.revision(core);
        undo = await exportBundle(connection, { user: owner });
      } while (reader.revision(core) !== revision);
    }
    // From here to the storage nothing else happens.
    const report = settle();
    const changed = await store(connection, owner, reader, mode === "replace");
    return { report: undo ? { ...report, undo } : report, changed };
  } finally {
    reader.free();
  }
}

/** Feeds a bundle to its reader, as often as it wants, and verifies all of it. */
async function read(
  { core, clock, closing }: Host,
  archive: BundleArchive,
  reader: BundleReader,
  signers: BundleOpenOptions["signers"],
): Promise<BundleManifest> {
  const manifest = parsedManifest(archive.manifest);
  do {
    for (let path = reader.nextMember(); path !== undefined; path = reader.nextMember()) {
      const hash = hostHash(archive, path);
      for await (const piece of archive.read(path)) {
        if (closing.aborted) throw disposedError();
        hash?.add(piece);
        ask(() => reader.push(core, piece, hash === undefined, clock()));
      }
      const sha256 = await hash?.end();
      ask(() => reader.end(sha256));
    }
    if (signers) await requireSignature(manifest.root, archive.signature, signers);
  } while (ask(() => reader.finish()));
  return manifest;
}

/** Members that are so long, in bytes, are hashed by the core, which needs no more than a piece of them at a time. */
const longMember = 64 << 20;

/** Hashes a member as a whole, ten times as fast as the core; undefined where the environment or the length forbids it. */
function hostHash(archive: BundleArchive, path: string) {
  const size = archive.directory.members.find((member) => member.path === path)?.bytes ?? longMember;
  if (size >= longMember || !globalThis.crypto?.subtle) return undefined;
  const whole = new Uint8Array(size);
  let length = 0;
  return {
    add: (piece: Uint8Array) => {
      whole.set(piece, length);
      length += piece.length;
    },
    end: async () => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", whole))),
  };
}

function recordsOf(reader: BundleReader): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let batch = reader.nextBatch(); batch !== undefined; batch = reader.nextBatch()) {
    for (const record of JSON.parse(batch) as StoredRecord[]) records.push(record);
  }
  return records;
}

/** One batch in the storage, and then in the core. Gives the ids of what changed. */
async function store(
  { core, clock, storage, indexCache, semantic }: Connection,
  owner: string,
  reader: BundleReader,
  replace: boolean,
): Promise<readonly string[]> {
  const records = recordsOf(reader);
  const dropped = erases(records, { replace });
  const changed = await indexCache.during(owner, dropped, async () => {
    if (replace || records.length > 0) await storage.append(owner, records, { replace, transfer: true });
    return ask(() => reader.commit(core, clock()) as string[]);
  });
  semantic?.changed(owner, { dropped });
  return changed;
}
