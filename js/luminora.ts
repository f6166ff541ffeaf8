/// <reference lib="esnext.disposable" preserve="true" />
import type { Core } from "../build/wasm/core.js";
import type { Connection } from "./connection.ts";
import { ask, disposedError, run } from "./driver.ts";
import { LuminoraError } from "./errors.ts";
import type { Absorbed, Features, ImportReport, Restore, SessionSummary } from "./generated/types.ts";
import type { AnyModel } from "./models/model.ts";
import { scriptedModel } from "./models/scripted.ts";
import { type Clock, type Random, systemClock, systemRandom } from "./ports.ts";
import { loadRuntime } from "./runtime.ts";
import { Session } from "./session.ts";
import { memoryStorage } from "./storage/memory.ts";
import type { Storage, StoredRecord } from "./storage/storage.ts";
import { type TemplateSource, Templates } from "./templates.ts";

/** Options of {@link Luminora.open}. Everything has a default. */
export interface LuminoraOptions {
  /** Where records are kept. Default: IndexedDB in a browser, memory elsewhere. */
  readonly storage?: Storage;
  /** Who answers. Default: the scripted model, offline. */
  readonly model?: AnyModel;
  /** What is switched on; flags left out are off. Default: everything. */
  readonly features?: Partial<Features>;
  /** Limits; `contextTokens` (4,000) is the most tokens that a prompt may have. */
  readonly limits?: { readonly contextTokens?: number };
  /** Milliseconds since 1970. */
  readonly clock?: Clock;
  /** So many unpredictable bytes. */
  readonly random?: Random;
}

/** Who a new session is with, or which one to go on with. `user` absent = "anonymous". */
export type SessionOptions =
  | { readonly template: TemplateSource; readonly user?: string; readonly title?: string }
  | { readonly session: string; readonly user?: string };

/** Options of {@link Luminora.importSnapshot}. */
export interface ImportOptions {
  /** Whose it becomes; absent: the person named in the file. */
  readonly user?: string;
  /** What to bring back; absent parts are brought back. */
  readonly restore?: Partial<Restore>;
  /** What to do when this person already has a relationship with this personality. Default: refuse. */
  readonly onConflict?: "refuse" | "replace";
  /** Accept a file whose hashes do not match its content. */
  readonly allowModified?: boolean;
}

let defaultStorage: () => Storage = memoryStorage;

/**
 * What {@link Luminora.open} stores in when it is told nothing.
 *
 * @internal
 */
export function useDefaultStorage(open: () => Storage): void {
  defaultStorage = open;
}

/**
 * Personalities that remember. One object holds one storage, one model, and the relationships of any number of people.
 *
 * @example
 * const luminora = await Luminora.open();
 * const session = await luminora.createSession({ template: "alicia", user: "diego" });
 * for await (const delta of session.send("You're pretty")) process.stdout.write(delta);
 */
export class Luminora {
  /** The personalities that can be talked to. */
  readonly templates: Templates;
  readonly #connection: Connection;
  readonly #owners = new Map<string, Promise<void>>();
  readonly #sessions = new Set<WeakRef<Session>>();
  readonly #unsubscribe: (() => void) | undefined;
  readonly #free: () => void;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  /** @internal */
  private constructor(core: Core, storage: Storage, options: LuminoraOptions) {
    const tails = new Map<string, Promise<unknown>>();
    let freed = false;
    this.#free = () => {
      freed = true;
      core.free();
    };
    this.#connection = {
      get core() {
        if (freed) throw disposedError();
        return core;
      },
      storage,
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      model: options.model ?? scriptedModel(),
      closing: this.#closing.signal,
      operations: new Set(),
      inTurn: async (session, work) => {
        this.#check();
        const before = tails.get(session) ?? Promise.resolve();
        const mine = before.then(work);
        const settled = mine.catch(() => {});
        tails.set(session, settled);
        try {
          return await mine;
        } finally {
          if (tails.get(session) === settled) tails.delete(session);
        }
      },
    };
    this.templates = new Templates(this.#connection, () => this.#load(library));
    this.#unsubscribe = storage.subscribe?.((owner, records, replaced) =>
      this.#hear(owner, records, replaced),
    );
  }

  /** Opens a storage and loads the core, if that is still to be done. */
  static async open(options: LuminoraOptions = {}): Promise<Luminora> {
    const runtime = await loadRuntime();
    const clock = options.clock ?? systemClock;
    const random = options.random ?? systemRandom;
    const settings = { features: options.features, context_tokens: options.limits?.contextTokens };
    const core = ask(() => new runtime.Core(settings, runtime.packs, clock(), random(32)));
    return new Luminora(core, options.storage ?? defaultStorage(), options);
  }

  /** Opens a new session with a personality, or goes on with an old one. */
  async createSession(options: SessionOptions): Promise<Session> {
    const user = options.user ?? anonymous;
    await this.#load(user);
    if ("session" in options) {
      const { id } = ask(() => this.#connection.core.session(user, options.session) as SessionSummary);
      return this.#session(user, id);
    }
    const template = await this.templates.locate(options.template);
    const output = await run(this.#connection, {
      type: "create-session",
      user,
      template,
      title: options.title,
    });
    return this.#session(user, (output as { value: SessionSummary }).value.id);
  }

  /** The sessions of a person, the most recently active first. */
  async sessions({ user = anonymous }: { user?: string } = {}): Promise<SessionSummary[]> {
    await this.#load(user);
    return ask(() => this.#connection.core.sessions(user) as SessionSummary[]);
  }

  /** Brings a relationship back from a snapshot file: all of it, or an error and nothing. */
  async importSnapshot(file: string | Uint8Array | Blob, options: ImportOptions = {}): Promise<ImportReport> {
    const source = await textOf(file);
    const user = options.user ?? userOf(source);
    if (user !== undefined) await this.#load(user);
    const command = {
      type: "import-snapshot",
      source,
      user,
      restore: { affinity: true, mood: true, facts: true, conversation: true, ...options.restore },
      on_conflict: options.onConflict ?? "refuse",
      allow_modified: options.allowModified ?? false,
    };
    return ((await run(this.#connection, command)) as { value: ImportReport }).value;
  }

  /**
   * Erases everything of a person. What was erased stays so, also when an older file is imported; with `purge` not
   * even that is remembered.
   */
  async erase({ user = anonymous, purge = false }: { user?: string; purge?: boolean } = {}): Promise<void> {
    await this.#load(user);
    await run(this.#connection, { type: "erase", user, purge });
    if (purge) this.#owners.delete(user);
  }

  /**
   * Lets go of the storage and of the core's memory. Turns that wait for a model end with `disposed`; what is being
   * stored is finished first. Nothing can be called afterwards.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#unsubscribe?.();
    const { operations, storage } = this.#connection;
    await Promise.allSettled([...operations, ...this.#owners.values()]);
    try {
      await storage.close();
    } finally {
      this.#free();
    }
  }

  /** {@link close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Reads a person's log from the storage, once. */
  #load(owner: string): Promise<void> {
    this.#check();
    const present = this.#owners.get(owner);
    if (present) return present;
    const loading = this.#scan(owner).catch((error: unknown) => {
      this.#owners.delete(owner);
      throw error;
    });
    this.#owners.set(owner, loading);
    return loading;
  }

  async #scan(owner: string): Promise<void> {
    // All at once: the folds are then computed once.
    const log: StoredRecord[] = [];
    for await (const records of this.#connection.storage.scan(owner)) log.push(...records);
    this.#absorb(log);
  }

  /** Another tab changed a log. Logs that were never asked for are read when they are. */
  #hear(owner: string, records: readonly StoredRecord[], replaced: boolean): void {
    if (this.#closing.signal.aborted || !this.#owners.has(owner)) return;
    if (replaced) this.#connection.core.dropOwner(owner);
    const { changed } = this.#absorb(records);
    for (const reference of this.#sessions) {
      const session = reference.deref();
      if (!session) this.#sessions.delete(reference);
      else if (session.user === owner) session.emit("absorb", { changed });
    }
  }

  #absorb(records: readonly StoredRecord[]): Absorbed {
    const { core, clock } = this.#connection;
    return ask(() => core.absorb(new TextEncoder().encode(JSON.stringify(records)), clock()) as Absorbed);
  }

  #session(user: string, id: string): Session {
    const session = new Session(this.#connection, user, id);
    this.#sessions.add(new WeakRef(session));
    return session;
  }

  #check(): void {
    if (this.#closing.signal.aborted) throw disposedError();
  }
}

const anonymous = "anonymous";
const library = "luminora:library";

async function textOf(file: string | Uint8Array | Blob): Promise<string> {
  if (typeof file === "string") return file;
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer());
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new LuminoraError("unsupported_format", "The file is not UTF-8 text.", { cause });
  }
}

/** The person named in a snapshot, whose log has to be known before the core reads the file in earnest. */
function userOf(source: string): string | undefined {
  try {
    const user = JSON.parse(source)?._snapshot_info?.user_id;
    return typeof user === "string" && user.trim() !== "" ? user : undefined;
  } catch {
    return undefined;
  }
}
