import type { Connection } from "./connection.ts";
import { run } from "./driver.ts";
import { LuminoraError } from "./errors.ts";
import { type TextFile, textOfFile } from "./file.ts";
import type { ImportedNote, NoteChange, NoteView } from "./generated/types.ts";

/** What is told of a document beside its text. What is absent stays as the note of that source has it. */
export interface NoteDetails {
  /** What it belongs to. Default `general`. */
  readonly domain?: string;
  /** 1 to 200 characters. */
  readonly title?: string;
  /** Words to find it by. */
  readonly tags?: readonly string[];
}

/** A document of a person; see {@link Luminora.importNotes}. */
export interface NoteDocument extends NoteDetails {
  /** Where it came from: a path, an address, a name. 1 to 500 characters, and different for each document. */
  readonly source: string;
  /** Its text, UTF-8, at most 5 MiB. */
  readonly text: TextFile;
}

/** Options of {@link Luminora.importNotes}. */
export interface NoteImportOptions {
  readonly user?: string;
  /** For documents that do not say it themselves. */
  readonly domain?: string;
  /** For documents that do not say it themselves. */
  readonly tags?: readonly string[];
  /** Stops between documents. What was stored stays; importing again adds the rest. */
  readonly signal?: AbortSignal;
  /** Told after documents were stored; `source` is the last of them. */
  readonly onProgress?: (progress: NoteProgress) => void;
}

/** How far an import is. */
export interface NoteProgress {
  readonly done: number;
  readonly total: number;
  readonly source: string;
}

/** What became of the documents of an import, each in exactly one of the five counts. */
export interface NoteImport extends Readonly<Record<NoteChange, number>> {
  readonly documents: number;
  /** In how many pieces their texts are recalled. */
  readonly chunks: number;
  /** Document by document. */
  readonly notes: readonly ImportedNote[];
}

/** A note with its text. */
export type Note = NoteView & Required<Pick<NoteView, "text" | "spans">>;

type Entry = Omit<NoteDocument, "text"> & { readonly text: string };

/** What the core takes, in bytes: larger is refused before anything is stored. */
const most = { document: 5 << 20, call: 50 << 20 };
/** The bytes of a byte order mark, which is removed. */
const mark = 3;
/** What is stored at once, in characters and documents. */
const batch = { length: 1 << 19, documents: 32 };

/**
 * Imports documents in batches, one after the other.
 *
 * @internal
 */
export async function importNotes(
  connection: Connection,
  user: string,
  documents: readonly NoteDocument[],
  options: NoteImportOptions,
): Promise<NoteImport> {
  const { signal, onProgress } = options;
  const entries = await readAll(documents, options);
  const store = async (documents: readonly Entry[]): Promise<ImportedNote[]> => {
    const output = await run(connection, { type: "import-notes", user, documents }, { signal });
    return (output as { value: ImportedNote[] }).value;
  };
  const batches = inBatches(entries);
  // One batch is all or nothing. Before the first of several, what the core would refuse of the last ones is refused:
  // texts were checked as they were read, the rest is checked without them, and blank documents store nothing.
  if (batches.length > 1) await store(entries.map((entry) => ({ ...entry, text: "" })));
  const notes: ImportedNote[] = [];
  for (const documents of batches) {
    notes.push(...(await store(documents)));
    const source = notes.at(-1)?.source ?? "";
    onProgress?.({ done: notes.length, total: entries.length, source });
  }
  const count = (change: NoteChange) => notes.filter((note) => note.change === change).length;
  return {
    documents: notes.length,
    chunks: notes.reduce((sum, { chunks }) => sum + chunks, 0),
    added: count("added"),
    replaced: count("replaced"),
    updated: count("updated"),
    unchanged: count("unchanged"),
    skipped: count("skipped"),
    notes,
  };
}

/** The texts of all documents, none of which is too large. */
async function readAll(
  documents: readonly NoteDocument[],
  { domain, tags }: NoteImportOptions,
): Promise<Entry[]> {
  const encoder = new TextEncoder();
  const entries: Entry[] = [];
  let sum = 0;
  for (const [index, document] of documents.entries()) {
    const path = `/documents/${index}/text`;
    const file = document.text;
    const length = typeof file === "string" || file instanceof Uint8Array ? file.length : file.size;
    // Not even read: no text has more characters than bytes.
    if (length > most.document + mark) throw tooLarge("at most 5 MiB of UTF-8", path);
    const text = await textOfFile(file, path);
    if (text.includes("\0")) throw new LuminoraError("invalid_argument", "a NUL is no text", { path });
    const bytes = encoder.encode(text).length - (text.startsWith("\uFEFF") ? mark : 0);
    if (bytes > most.document) throw tooLarge("at most 5 MiB of UTF-8", path);
    sum += bytes;
    if (sum > most.call) throw tooLarge("at most 50 MiB of UTF-8 in one call", "/documents");
    entries.push({
      ...document,
      domain: document.domain ?? domain,
      tags: document.tags ?? tags,
      text,
    } as Entry);
  }
  return entries;
}

function tooLarge(message: string, path: string): LuminoraError {
  return new LuminoraError("too_large", message, { path });
}

function inBatches(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let length = 0;
  for (const entry of entries) {
    const last = batches.at(-1);
    length += entry.text.length;
    if (last && length <= batch.length && last.length < batch.documents) {
      last.push(entry);
    } else {
      batches.push([entry]);
      length = entry.text.length;
    }
  }
  return batches;
}
