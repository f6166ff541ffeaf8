/// <reference lib="esnext.disposable" preserve="true" />
import type { Core } from "../build/wasm/core.js";
import { ask } from "./ask.ts";
import type {
  BundleExportOptions,
  BundleImportOptions,
  BundleImportReport,
  BundleManifest,
  BundleOpenOptions,
} from "./bundle/bundle.ts";
import type { BundleFile } from "./bundle/source.ts";
import type { Connection } from "./connection.ts";
import { disposedError, run, underway } from "./driver.ts";
import { LuminoraError } from "./errors.ts";
import type { TextFile } from "./file.ts";
import type {
  Analytics,
  Archive,
  EmbeddingProgress,
  FactView,
  FeatureSummary,
  Forgotten,
  ImportReport,
  MemoryChanged,
  MemoryView,
  Migrations,
  NoteView,
  SessionSummary,
  TablesReport,
} from "./generated/types.ts";
import { IndexCache } from "./index-cache.ts";
import { LogCheckpoint } from "./log-checkpoint.ts";
import { LogPositions } from "./log-positions.ts";
import { scriptedModel } from "./models/scripted.ts";
import type { Note, NoteDetails, NoteDocument, NoteImport, NoteImportOptions } from "./notes.ts";
import type {
  ImportOptions,
  LuminoraOptions,
  MemoryQuery,
  MigrationOptions,
  Remembered,
  SessionOptions,
} from "./options.ts";
import { Owners } from "./owners.ts";
import { systemClock, systemRandom } from "./ports.ts";
import { queue } from "./queue.ts";
import { loadRuntime } from "./runtime.ts";
import type { SemanticSearch } from "./semantic.ts";
import { Session, type SessionEvents } from "./session.ts";
import { settingsOf } from "./settings.ts";
import { memoryStorage } from "./storage/memory.ts";
import type { Storage } from "./storage/storage.ts";
import type { TableFiles, TablesImportOptions } from "./tables.ts";
import { Templates } from "./templates.ts";

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
  readonly #owners: Owners;
  readonly #sessions = new Set<WeakRef<Session>>();
  readonly #free: () => void;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  /** @internal */
  private constructor(
    core: Core,
    storage: Storage,
    options: LuminoraOptions,
    Semantic: typeof SemanticSearch | undefined,
  ) {
    const positions = new LogPositions(storage);
    const indexCache = new IndexCache(storage, () => core, positions);
    const { clock = systemClock, embedder } = options;
    const semantic =
      embedder &&
      Semantic &&
      new Semantic({
        core: () => core,
        storage,
        embedder,
        closing: this.#closing.signal,
        isStoring: (owner) => indexCache.isStoring(owner),
        index: (owner) => indexCache.index(owner),
        positions,
        tell: (owner, event) => this.#tell(owner, "embedding", event),
      });
    const inOrder = queue();
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
      indexCache,
      checkpoint: new LogCheckpoint(storage, () => core, clock, positions),
      positions,
      semantic,
      clock,
      random: options.random ?? systemRandom,
      model: options.model ?? scriptedModel(),
      extractor: options.memory?.extractor === "model" ? (options.memory.model ?? "reply") : undefined,
      closing: this.#closing.signal,
      operations: new Set(),
      inTurn: async (session, work) => {
        this.#check();
        return await inOrder(session, work);
      },
    };
    this.templates = new Templates(this.#connection, () => this.#load(library));
    this.#owners = new Owners(this.#connection, (owner, event) => this.#tell(owner, "absorb", event));
  }

  /** Opens a storage and loads the core, if that is still to be done. */
  static async open(options: LuminoraOptions = {}): Promise<Luminora> {
    const runtime = await loadRuntime();
    const clock = options.clock ?? systemClock;
    const random = options.random ?? systemRandom;
    // Loaded when it is wanted: whoever has no embedder does not pay for it.
    const semantic = options.embedder && (await import("./semantic.ts")).SemanticSearch;
    const core = ask(() => new runtime.Core(settingsOf(options), runtime.packs, clock(), random(32)));
    return new Luminora(core, options.storage ?? defaultStorage(), options, semantic);
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

  /** What is switched on and what is off. */
  get features(): FeatureSummary {
    this.#check();
    return ask(() => this.#connection.core.features() as FeatureSummary);
  }

  /** What is remembered of a person: facts by category and key, then episodes, what matters most first. */
  async memories(query: MemoryQuery = {}): Promise<MemoryView[]> {
    const { user = anonymous, types, category, episodeType, minImportance, status, limit } = query;
    await this.#load(user);
    const { core, clock } = this.#connection;
    const filter = {
      types,
      category,
      episode_type: episodeType,
      min_importance: minImportance,
      status,
      limit,
    };
    return ask(() => core.memories(user, filter, clock()) as MemoryView[]);
  }

  /**
   * Keeps a fact that a person, or you in their name, states. It corrects a fact of the same category and key, and
   * outlives what extractors find.
   */
  async remember(fact: Remembered, { user = anonymous }: { user?: string } = {}): Promise<FactView> {
    await this.#load(user);
    const [changed] = await this.#change({ type: "remember", user, fact });
    const { core, clock } = this.#connection;
    return ask(() => core.memory(user, changed?.memory ?? "", clock()) as FactView);
  }

  /**
   * Erases what has that id, a memory, a turn or a session; or else every fact and episode that holds all words of the
   * query; or the note of a source. Gives all that is gone; nothing, when there was nothing. It is never learned again
   * from what was said before, and no older copy or file brings it back.
   *
   * With a turn go what was learned from it alone, and the runs that answered it with the points that it gave or took.
   * What the personality answered is a turn of its own, which may quote it: forget that by its id. A session goes with
   * all its turns, and what was learned from them.
   */
  async forget(
    what: string | { readonly source: string },
    { user = anonymous }: { user?: string } = {},
  ): Promise<Forgotten[]> {
    await this.#load(user);
    const { source } = typeof what === "string" ? {} : what;
    const query = typeof what === "string" ? what : undefined;
    return await this.#change<Forgotten[]>({ type: "forget", user, query, source });
  }

  /**
   * Keeps documents of a person, to recall them by passages. A source has one note: the same text again changes
   * nothing, another text takes its place and erases it. Blank documents are skipped; one that is not UTF-8, holds a
   * NUL or is larger than 5 MiB (50 MiB in all) is an error, and then nothing is stored. Many documents are stored in
   * batches.
   *
   * @example
   * await luminora.importNotes("# Tides\n…", { user: "diego", source: "notes/tides.md", domain: "sea" });
   * const documents = files.map((file) => ({ source: file.webkitRelativePath, text: file }));
   * await luminora.importNotes(documents, { user: "diego", onProgress: ({ done, total }) => show(done / total) });
   */
  async importNotes(
    text: TextFile,
    options: NoteImportOptions & NoteDetails & { readonly source: string },
  ): Promise<NoteImport>;
  async importNotes(documents: readonly NoteDocument[], options?: NoteImportOptions): Promise<NoteImport>;
  async importNotes(
    notes: TextFile | readonly NoteDocument[],
    options: NoteImportOptions & NoteDetails & { readonly source?: string } = {},
  ): Promise<NoteImport> {
    const { user = anonymous, source, title } = options;
    await this.#load(user);
    const { importNotes } = await import("./notes.ts");
    const isList = (given: typeof notes): given is readonly NoteDocument[] => Array.isArray(given);
    const documents = isList(notes) ? notes : [{ source, title, text: notes } as NoteDocument];
    // Two imports at once could leave two texts of one source.
    const work = () => importNotes(this.#connection, user, documents, options);
    return await this.#connection.inTurn(`notes of ${user}`, work);
  }

  /** The notes of a person, by source, without their texts. */
  async notes({ user = anonymous }: { user?: string } = {}): Promise<NoteView[]> {
    await this.#load(user);
    return ask(() => this.#connection.core.notes(user) as NoteView[]);
  }

  /** One note, with its text and the spans in which it is recalled. */
  async note(id: string, { user = anonymous }: { user?: string } = {}): Promise<Note> {
    await this.#load(user);
    const [note] = ask(() => this.#connection.core.notes(user, id) as [Note]);
    return note;
  }

  /** Recalls again what a limit has archived. */
  async restore(memory: string, { user = anonymous }: { user?: string } = {}): Promise<MemoryView> {
    await this.#load(user);
    await this.#change({ type: "restore", user, memory });
    const { core, clock } = this.#connection;
    return ask(() => core.memory(user, memory, clock()) as MemoryView);
  }

  /** Archives what is beyond the limits or was not used for long; `dryRun` only tells what that would be. */
  async retain({
    user = anonymous,
    dryRun = false,
  }: {
    user?: string;
    dryRun?: boolean;
  } = {}): Promise<Archive[]> {
    await this.#load(user);
    const { core, clock } = this.#connection;
    const archives = ask(() => core.retention(user, clock()) as Archive[]);
    if (!dryRun && archives.length > 0) await this.#change({ type: "retain", user });
    return archives;
  }

  /**
   * Embeds at once what a person's memories have no vector for yet, and waits until it is done. It happens in the
   * background anyway: after each turn, when the memories are loaded, and again from the start with another embedder.
   *
   * @throws LuminoraError what the embedder throws, `dimension`, or `model_unsupported` without an embedder
   */
  async embed({
    user = anonymous,
    onProgress,
  }: {
    user?: string;
    onProgress?: (progress: EmbeddingProgress) => void;
  } = {}): Promise<EmbeddingProgress> {
    await this.#load(user);
    const { semantic } = this.#connection;
    if (!semantic) throw new LuminoraError("model_unsupported", "Luminora.open was given no embedder.");
    return await semantic.embed(user, onProgress);
  }

  /** What happened in all conversations of a person, counted. Nothing is sent. */
  async analytics({ user = anonymous }: { user?: string } = {}): Promise<Analytics> {
    await this.#load(user);
    return ask(() => this.#connection.core.analytics(user) as Analytics);
  }

  /** Brings a relationship back from a snapshot file: all of it, or an error and nothing. */
  async importSnapshot(file: TextFile, options: ImportOptions = {}): Promise<ImportReport> {
    const { importSnapshot } = await import("./snapshot.ts");
    return await importSnapshot(this.#host, file, options, anonymous);
  }

  /**
   * Brings in the tables of the first implementation of the standard, exported as JSON: `user_affinity`, `user_facts`,
   * `episodes`, `session_moods` and `schema_migrations`. Relationships go on from their points, sessions from their
   * moods. Each person's rows are stored in one batch; nothing is, when a row breaks the rules of its table or names a
   * personality that is not known here. The same tables again change nothing.
   *
   * @example
   * const { users, report } = await luminora.importTables(await readFile("memory.json"));
   * @throws LuminoraError `invalid_record`, `unknown_template`, `secret_in_bundle`, with the row in `path`;
   *   `unsupported_format`, also for a SQLite database
   */
  async importTables(files: TableFiles, options: TablesImportOptions = {}): Promise<TablesReport> {
    this.#check();
    const { importTables } = await import("./tables.ts");
    // Two at once could both find that something is not there yet.
    const work = () => underway(this.#connection, () => importTables(this.#host, files, options));
    const { report, changed } = await this.#connection.inTurn("tables", work);
    for (const [user, ids] of changed) this.#tell(user, "absorb", { changed: [...ids] });
    return report;
  }

  /**
   * Everything of a person as one file, to keep or to take to another device: a zip archive whose manifest and hashes
   * tell whether it is whole. Complete whatever is private in it, so it belongs to that person alone; a `passphrase`
   * encrypts it.
   *
   * @example
   * const file = await luminora.exportBundle({ user: "diego" });
   * link.href = URL.createObjectURL(file); // a download; in Node: await writeFile("diego.zip", file.stream())
   */
  async exportBundle(options: BundleExportOptions = {}): Promise<Blob> {
    const { user = anonymous } = options;
    await this.#load(user);
    const { exportBundle } = await import("./bundle/export.ts");
    return await underway(this.#connection, () => exportBundle(this.#connection, { ...options, user }));
  }

  /**
   * Brings a bundle in: all of it, or an error and nothing. Bundles of several devices may be imported in any order and
   * any number of times; what was erased on one of them is erased on all, and no older bundle brings it back.
   *
   * @throws LuminoraError for a file that is not whole: `hash_mismatch`, `invalid_bundle`, `too_large`, `schema_newer`,
   *   `decrypt_failed` and others, with the place in `path` and what to do in `hint`
   */
  async importBundle(file: BundleFile, options: BundleImportOptions = {}): Promise<BundleImportReport> {
    this.#check();
    const { importBundle } = await import("./bundle/import.ts");
    const load = (user: string) => this.#load(user);
    const work = () => importBundle(this.#connection, load, file, options);
    const { report, changed } = await underway(this.#connection, work);
    if (changed.length > 0) this.#tell(report.user, "absorb", { changed: [...changed] });
    return report;
  }

  /** Reads a whole bundle as an import would, and stores nothing. Gives what it says of itself. */
  async verifyBundle(file: BundleFile, options: BundleOpenOptions = {}): Promise<BundleManifest> {
    this.#check();
    const { verifyBundle } = await import("./bundle/import.ts");
    return await underway(this.#connection, () => verifyBundle(this.#connection, file, options));
  }

  /**
   * All that is known and was said of a person, as Markdown for people to read. To bring it back, use a bundle.
   */
  async exportMarkdown({ user = anonymous }: { user?: string } = {}): Promise<string> {
    await this.#load(user);
    const { exportMarkdown } = await import("./bundle/markdown.ts");
    return exportMarkdown(this.#connection, user);
  }

  /**
   * Changes all that is stored to the shape that this version of the library writes, or to that of another `target`; tells
   * where the storage stands, which steps were taken, and its history. What an earlier version wrote is read without it.
   *
   * @throws LuminoraError `migration_changed` for a storage of a later version, `out_of_range`, `migration_irreversible`
   */
  async migrate(options: MigrationOptions = {}): Promise<Migrations> {
    this.#check();
    const { migrate } = await import("./migrate.ts");
    // What is known of the storage as a whole comes with any log.
    await this.#load(library);
    return await migrate(this.#connection, (owner) => this.#load(owner), options);
  }

  /**
   * Erases everything of a person. What was erased stays so, also when an older file is imported; with `purge` not
   * even that is remembered.
   */
  async erase({ user = anonymous, purge = false }: { user?: string; purge?: boolean } = {}): Promise<void> {
    await this.#load(user);
    await run(this.#connection, { type: "erase", user, purge });
    if (purge) this.#owners.forget(user);
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
    const { operations, checkpoint, indexCache, semantic, storage } = this.#connection;
    await Promise.allSettled([...operations, this.#owners.close()]);
    try {
      await Promise.all([checkpoint.close(), indexCache.close(), semantic?.close()]);
      await storage.close();
    } finally {
      this.#free();
    }
  }

  /** {@link close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What is loaded when it is asked for works with this. */
  get #host() {
    const load = (user: string) => this.#load(user);
    return { connection: this.#connection, load, templates: this.templates };
  }

  /** Reads a person's log from the storage, once. */
  async #load(owner: string): Promise<void> {
    this.#check();
    // The core has UTF-8: all such names would be one person there, who is another one in the storage.
    if (/\p{Surrogate}/u.test(owner)) {
      throw new LuminoraError(
        "invalid_owner",
        "the owner name ends, or begins, in the middle of a character",
        {
          path: "/user",
          hint: 'Cut names by characters: `[...name].slice(0, 20).join("")`.',
        },
      );
    }
    await this.#owners.load(owner);
  }

  /** Runs a command about what is remembered, and tells the sessions of that person. */
  async #change<Change = MemoryChanged[]>(command: {
    readonly user: string;
    readonly [argument: string]: unknown;
  }): Promise<Change> {
    const onEvent = (event: { readonly type: string }) =>
      this.#tell(command.user, event.type as keyof SessionEvents, event as never);
    const output = await run(this.#connection, command, { onEvent });
    return (output as unknown as { value: Change }).value;
  }

  /** Tells the sessions of a person. */
  #tell<Name extends keyof SessionEvents>(user: string, name: Name, event: SessionEvents[Name]): void {
    for (const reference of this.#sessions) {
      const session = reference.deref();
      if (!session) this.#sessions.delete(reference);
      else if (session.user === user) session.emit(name, event);
    }
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
