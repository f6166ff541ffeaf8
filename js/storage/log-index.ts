import type { FileHandle } from "node:fs/promises";
import type { LuminoraError } from "../errors.ts";
import { damagedLines, damageError, namesRecord } from "./damage.ts";
import { readBytes, readFrames } from "./disk.ts";
import { isUnfinished, type Line } from "./frames.ts";
import { generationOf } from "./header.ts";
import { type Entry, entryOf, textOf } from "./line.ts";
import { compareVersions } from "./winners.ts";

const readBatch = { entries: 500, bytes: 4 << 20 };

/** A log with more lost versions than this, and more than it has records, is better written anew. */
const tolerableDead = 1000;

/**
 * What stands where in a log file: the winning versions, and the bytes that are in no frame. Those are left out: what was
 * never finished, and what was changed after it was written, which is told.
 */
export class LogIndex {
  readonly entries = new Map<string, Entry>();
  /** The file that this is the index of; "" where there is none. */
  generation = "";
  /**
   * Whether the file has to be written anew before the next batch: it holds text that was erased while another process
   * wrote it, its header is damaged, or the disk has failed to keep what was written.
   */
  isWorn = false;
  readonly #path: string;
  readonly #onDamage: (error: LuminoraError) => void;
  #end = 0;
  /** Records in the file that lost against a later version. */
  #dead = 0;
  /** Bytes between the frames, */
  #leftovers: Line[] = [];
  /** what was told of them, */
  readonly #told = new Set<number>();
  /** and those of an earlier file. */
  #damaged: Line[] = [];

  constructor(path: string, onDamage: (error: LuminoraError) => void) {
    this.#path = path;
    this.#onDamage = onDamage;
  }

  /** Where the last frame ends. */
  get end(): number {
    return this.#end;
  }

  /** Whether so much of the file has no use any more that it is better written anew. */
  get isBloated(): boolean {
    return this.#dead > tolerableDead && this.#dead > this.entries.size;
  }

  /** Whether there are bytes in the file of which nobody knows which records they hold. */
  get hasLeftovers(): boolean {
    return this.#leftovers.length + this.#damaged.length > 0;
  }

  /** Reads what was added to the file since the last time; from the start, when it is another file by now. */
  async refresh(file: FileHandle | undefined): Promise<void> {
    const generation = file ? await generationOf(file) : "";
    const isNew = generation !== this.generation;
    if (isNew) this.#begin(generation);
    if (!file) return;
    for (let before = -1; ; ) {
      await this.#index(file);
      const { size } = await file.stat();
      if (!isNew || (size > 0 && size <= this.#end)) return;
      if (size === before) return await this.#leave(file, this.#end, size, true);
      // What stands at the end may be in the middle of being written; so it is looked at twice.
      before = size;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #begin(generation: string): void {
    this.entries.clear();
    this.#told.clear();
    this.generation = generation;
    this.#end = this.#dead = 0;
    this.#leftovers = [];
    this.#damaged = [];
    this.isWorn = false;
  }

  async #index(file: FileHandle): Promise<void> {
    for await (const { bytes, base, frames } of readFrames(file, this.#end)) {
      for (const frame of frames) {
        if (base + frame.start > this.#end) await this.#leave(file, this.#end, base + frame.start);
        // The first one is the header.
        if (base + frame.start > 0) this.#add(bytes, base, frame.lines);
        this.#end = base + frame.end;
      }
    }
  }

  #add(bytes: Buffer, base: number, lines: readonly Line[]): void {
    for (const line of lines) {
      const entry = entryOf(bytes, line, base);
      if (!entry) {
        this.#damaged.push({ offset: base + line.offset, length: line.length });
        continue;
      }
      const present = this.entries.get(entry.id);
      if (present) this.#dead += 1;
      if (!present || compareVersions(entry, present) > 0) this.entries.set(entry.id, entry);
      // Written by somebody who did not know that it was erased, or erased by somebody who did not know of it.
      if (present && present.erased !== entry.erased) this.isWorn = true;
    }
  }

  /** Takes note of bytes that are in no frame. */
  async #leave(file: FileHandle, from: number, to: number, isLast = false): Promise<void> {
    this.#leftovers = this.#leftovers.filter(({ offset }) => offset !== from);
    this.#leftovers.push({ offset: from, length: to - from });
    if (from === 0) this.isWorn = true;
    await this.tell(file, from, to, isLast);
  }

  /** What was never finished is worth a word only when it may be that the file was cut short: at its end. */
  async tell(file: FileHandle, from: number, to: number, isLast = false): Promise<void> {
    const unfinished = isUnfinished(await readBytes(file, from, to));
    if (this.#told.has(from) || (unfinished && !isLast)) return;
    this.#told.add(from);
    this.#onDamage(await damageError(file, { path: this.#path, from, to, unfinished }));
  }

  /** The lines of the index's entries, as they stand in the file. */
  async *lines(file: FileHandle | undefined, entries: readonly Line[]): AsyncGenerator<string[]> {
    if (!file) return;
    const sorted = [...entries].sort((a, b) => a.offset - b.offset);
    for (let start = 0; start < sorted.length; ) {
      const from = (sorted[start] as Line).offset;
      const batch = sorted
        .slice(start, start + readBatch.entries)
        .filter((entry, index) => index === 0 || entry.offset + entry.length - from <= readBatch.bytes);
      const last = batch.at(-1) as Line;
      const bytes = await readBytes(file, from, last.offset + last.length);
      yield batch.map(({ offset, length }) => textOf(bytes, { offset: offset - from, length }));
      start += batch.length;
    }
  }

  /**
   * The lines that a new file keeps of what is damaged in this one: those that name nothing that is erased, because
   * erasing goes before keeping what perhaps can be mended.
   */
  async damagedLines(file: FileHandle | undefined, erased: readonly string[]): Promise<string[]> {
    if (!file) return [];
    const kept: string[] = [];
    for await (const lines of this.lines(file, this.#damaged)) kept.push(...lines);
    for (const { offset, length } of this.#leftovers) {
      const bytes = await readBytes(file, offset, offset + length);
      if (!isUnfinished(bytes)) kept.push(...damagedLines(bytes));
    }
    return kept.filter((line) => !erased.some((id) => namesRecord(line, id)));
  }
}
