import { BundleImport, BundleReader } from "../../build/wasm/core.js";
import type { Connection } from "../connection.ts";
import { ask, disposedError, type Host } from "../driver.ts";
import type { BundleReport } from "../generated/types.ts";
import { erases, type StoredRecord } from "../storage/storage.ts";
import { type BundleArchive, openBundle, parsedManifest } from "./archive.ts";
import type { BundleImportOptions, BundleImportReport, BundleManifest, BundleOpenOptions } from "./bundle.ts";
import { exportBundle } from "./export.ts";
import { requireSignature } from "./signature.ts";
import type { BundleFile } from "./source.ts";

/** Reads a whole bundle and stores nothing; see `Luminora.verifyBundle`. */
export async function verifyBundle(
  { closing }: Host,
  file: BundleFile,
  { passphrase, signers }: BundleOpenOptions,
): Promise<BundleManifest> {
  const archive = await openBundle(file, passphrase);
  const reader = ask(() => new BundleReader(archive.manifest, archive.directory, undefined, false));
  try {
    return await read(archive, reader, signers, closing);
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
  const { core, clock, closing } = connection;
  const archive = await openBundle(file, passphrase);
  const reader = ask(() => new BundleReader(archive.manifest, archive.directory, user, true));
  let bundle: BundleImport | undefined;
  try {
    const owner = user ?? parsedManifest(archive.manifest).owner;
    await load(owner);
    if (reader.moves) {
      await read(archive, reader, signers, closing);
      reader.rewind();
    }
    const taking = ask(() => new BundleImport(owner, mode, reader));
    bundle = taking;
    await read(archive, reader, signers, closing, () => ask(() => taking.offer(core, reader, clock())));
    if (mode === "dry_run") return { report: ask(() => taking.settle(core) as BundleReport), changed: [] };
    let undo: Blob | undefined;
    if (mode === "replace") {
      let revision: number;
      do {
        revision = taking.revision(core);
        undo = await exportBundle(connection, { user: owner });
      } while (taking.revision(core) !== revision);
    }
    // From here to the storage nothing else happens.
    const report = ask(() => taking.settle(core) as BundleReport);
    const records = recordsOf(taking);
    const changed = await store(connection, owner, records, taking, mode === "replace");
    bundle = undefined;
    return { report: undo ? { ...report, undo } : report, changed };
  } finally {
    reader.free();
    bundle?.free();
  }
}

/** Feeds a bundle to its reader, and verifies all of it. */
async function read(
  archive: BundleArchive,
  reader: BundleReader,
  signers: BundleOpenOptions["signers"],
  closing: AbortSignal,
  taken?: () => void,
): Promise<BundleManifest> {
  const manifest = parsedManifest(archive.manifest);
  for (let path = reader.nextMember(); path !== undefined; path = reader.nextMember()) {
    for await (const piece of archive.read(path)) {
      if (closing.aborted) throw disposedError();
      ask(() => reader.push(piece));
      taken?.();
    }
    ask(() => reader.end());
  }
  if (signers) await requireSignature(manifest.root, archive.signature, signers);
  ask(() => reader.finish());
  return manifest;
}

function recordsOf(bundle: BundleImport): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let batch = bundle.nextBatch(); batch !== undefined; batch = bundle.nextBatch()) {
    for (const record of JSON.parse(batch) as StoredRecord[]) records.push(record);
  }
  return records;
}

/** One batch in the storage, and then in the core. Gives the ids of what changed. */
async function store(
  { core, clock, storage, indexCache, semantic }: Connection,
  owner: string,
  records: readonly StoredRecord[],
  bundle: BundleImport,
  replace: boolean,
): Promise<readonly string[]> {
  const dropped = erases(records, { replace });
  const changed = await indexCache.during(owner, dropped, async () => {
    if (replace || records.length > 0) await storage.append(owner, records, { replace });
    return ask(() => bundle.commit(core, clock()) as string[]);
  });
  semantic?.changed(owner, { dropped });
  return changed;
}
