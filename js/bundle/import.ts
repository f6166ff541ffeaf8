import { BundleReader } from "../../build/wasm/core.js";
import { ask } from "../ask.ts";
import type { Connection } from "../connection.ts";
import { disposedError, type Host } from "../driver.ts";
import type { BundleReport } from "../generated/types.ts";
import { toRecord, toText } from "../storage/record-text.ts";
import { erases, type RecordText, type Storage } from "../storage/storage.ts";
import { fromText } from "../storage/text-head.ts";
import { type BundleArchive, openBundle, parsedManifest } from "./archive.ts";
import type { BundleImportOptions, BundleImportReport, BundleManifest, BundleOpenOptions } from "./bundle.ts";
import { exportBundle } from "./export.ts";
import { MemberHash } from "./member-hash.ts";
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
    const found: RecordText[] = [];
    await read(connection, archive, reader, signers, found);
    const settle = () => ask(() => reader.settle(core) as BundleReport);
    if (mode === "dry_run") return { report: settle(), changed: [] };
    let undo: Blob | undefined;
    let leftOut: RecordText[] = [];
    if (mode === "replace") {
      let revision: number;
      do {
        revision = reader.revision(core);
        undo = await exportBundle(connection, { user: owner });
        leftOut = await leftOutOf(connection, owner);
      } while (reader.revision(core) !== revision);
    }
    // From here to the storage nothing else happens.
    const report = settle();
    const records = settled(found, reader, report);
    const changed = await store(connection, owner, records, reader, mode === "replace" ? leftOut : undefined);
    return { report: undo ? { ...report, undo } : report, changed };
  } finally {
    reader.free();
  }
}

/**
 * Feeds a bundle to its reader, as often as it wants, and verifies all of it. What is to be stored of it is `found` piece by
 * piece, so that a page has its turns in between.
 */
async function read(
  { core, clock, closing }: Host,
  archive: BundleArchive,
  reader: BundleReader,
  signers: BundleOpenOptions["signers"],
  found: RecordText[] = [],
): Promise<BundleManifest> {
  const manifest = parsedManifest(archive.manifest);
  do {
    for (let path = reader.nextMember(); path !== undefined; path = reader.nextMember()) {
      const hash = new MemberHash();
      try {
        for await (const piece of archive.read(path)) {
          if (closing.aborted) throw disposedError();
          hash.add(piece);
          ask(() => reader.push(core, piece, clock()));
          for (const record of takenFrom(reader)) found.push(record);
        }
        const sha256 = await hash.end();
        ask(() => reader.end(sha256));
      } finally {
        hash.abort();
      }
    }
    if (signers) await requireSignature(manifest.root, archive.signature, signers);
  } while (ask(() => reader.finish()));
  return manifest;
}

function takenFrom(reader: BundleReader): RecordText[] {
  return reader.takeTexts()?.split("\n").map(fromText) ?? [];
}

/** What was found and is not left out, and in its place or beside it what settling has made of it. */
function settled(found: RecordText[], reader: BundleReader, { quarantined }: BundleReport): RecordText[] {
  const further = takenFrom(reader);
  const others = new Set([...further, ...quarantined].map(({ id }) => id));
  if (others.size === 0) return found;
  return [...found.filter(({ id }) => !others.has(id)), ...further];
}

/**
 * What is stored and not in the log, because it breaks a rule or comes from the future: no bundle has it, so it stays where
 * it is.
 */
async function leftOutOf({ core, storage }: Connection, owner: string): Promise<RecordText[]> {
  const leftOut: RecordText[] = [];
  for await (const records of storage.scan(owner)) {
    leftOut.push(...records.filter(({ id }) => !core.knows(owner, id)).map(toText));
  }
  return leftOut;
}

/** One batch in the storage, and then in the core. Gives the ids of what changed. `leftOut`: all else is replaced. */
async function store(
  { core, clock, storage, indexCache, semantic }: Connection,
  owner: string,
  records: RecordText[],
  reader: BundleReader,
  leftOut: readonly RecordText[] | undefined,
): Promise<readonly string[]> {
  const replace = leftOut !== undefined;
  if (leftOut && leftOut.length > 0) {
    const ids = new Set(records.map(({ id }) => id));
    // One by one: a call does not take any number of arguments.
    for (const record of leftOut) if (!ids.has(record.id)) records.push(record);
  }
  const dropped = erases(records, { replace });
  const changed = await indexCache.during(owner, dropped, async () => {
    if (replace || records.length > 0) await append(storage, owner, records, replace);
    return ask(() => reader.commit(core, clock()) as string[]);
  });
  indexCache.index(owner).catch(() => {});
  semantic?.changed(owner, { dropped });
  return changed;
}

/** As texts where the storage takes them: most keep nothing else. */
async function append(
  storage: Storage,
  owner: string,
  records: readonly RecordText[],
  replace: boolean,
): Promise<void> {
  if (storage.appendTexts) await storage.appendTexts(owner, records, { replace });
  else await storage.append(owner, records.map(toRecord), { replace, transfer: true });
}
