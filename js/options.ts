import type { Embedder } from "./embedders/embedder.ts";
import type {
  EpisodeType,
  ExportOptions,
  FactCategory,
  Features,
  MemoryStatus,
  Restore,
} from "./generated/types.ts";
import type { Luminora } from "./luminora.ts";
import type { AnyModel, Model } from "./models/model.ts";
import type { Clock, Random } from "./ports.ts";
import type { Storage } from "./storage/storage.ts";
import type { TemplateSource } from "./templates.ts";

/** Options of {@link Luminora.open}. Everything has a default. */
export interface LuminoraOptions {
  /** Where records are kept. Default: IndexedDB in a browser, memory elsewhere. */
  readonly storage?: Storage;
  /** Who answers. Default: the scripted model, offline. */
  readonly model?: AnyModel;
  /** What is switched on; flags left out are off. A preset by name, or the content of a file. Default: everything. */
  readonly features?: Partial<Features> | FeaturePreset | { readonly v1_1_features: Partial<Features> };
  readonly limits?: Limits;
  readonly memory?: MemoryOptions;
  readonly policy?: Policy;
  /**
   * What your models cost, by their ids: with that, `usage.cost_usd` of replies and runs is known. Default: no prices;
   * of a model that is not listed the cost is null.
   */
  readonly prices?: Readonly<Record<string, Price>>;
  /**
   * Gives texts their meaning as vectors (`luminoracore/embedders`), so that memories are found by what they mean too.
   * What a person says is then sent to it, where it is a provider. Default: none; memories are found by their words.
   */
  readonly embedder?: Embedder;
  /** Milliseconds since 1970. */
  readonly clock?: Clock;
  /** So many unpredictable bytes. */
  readonly random?: Random;
}

/** Flags that go together. */
export type FeaturePreset = "all_disabled" | "safe_rollout" | "all_enabled";

/** How much there may be. What is beyond the limits of memory is archived: kept, exported, but not recalled. */
export interface Limits {
  /** The most tokens that a prompt may have. Default 4,000. */
  readonly contextTokens?: number;
  /** Active facts of a person; `null`: no limit. Default 500. */
  readonly maxFacts?: number | null;
  /** Active episodes of a relationship; `null`: no limit. Default 100. */
  readonly maxEpisodes?: number | null;
  /** Days without use after which what matters little is archived; `null`: never. Default 90. */
  readonly retentionDays?: number | null;
}

/** What the host allows. */
export interface Policy {
  /** `maxK`: the most that one search finds. Default 10. */
  readonly retrieve?: { readonly maxK?: number };
}

/** What a model costs: USD for 1,000 tokens. */
export interface Price {
  /** Of what it reads. */
  readonly input: number;
  /** Of what it writes. */
  readonly output: number;
}

/** How facts and episodes are found. */
export interface MemoryOptions {
  /**
   * Who finds them. `rules`, the default: built-in rules for English and Spanish, offline. `model`: the rules, and
   * then a model, asked once a turn after the reply was given, and once more where its answer cannot be read (what it
   * costs is in the run of that call).
   */
  readonly extractor?: "rules" | "model";
  /** The model that is asked. Default: the one that answered. */
  readonly model?: Model;
  /** The least confidence of a fact that is kept, 0 to 1. Default 0.7. */
  readonly factThreshold?: number;
  /**
   * The most tokens, read and written, that the model which finds them uses for a person on a UTC day. A call that might
   * exceed it is left out: `learned` then has `token_budget` among what was dropped. Replies do not count. Default
   * `null`: no limit.
   */
  readonly tokensPerDay?: number | null;
}

/** A fact that is handed in; see {@link Luminora.remember}. */
export interface Remembered {
  /** Default `other`. */
  readonly category?: FactCategory;
  /** What it is about, in a word or two: `favourite tea`. */
  readonly key: string;
  /** What it says: any JSON but `null`, at most 2 KiB. */
  readonly value: unknown;
  /** 0 to 1. Default 1. */
  readonly confidence?: number;
  /** Words to find it by. */
  readonly tags?: readonly string[];
  /** What it was said about. */
  readonly context?: string;
}

/** Which memories {@link Luminora.memories} lists. */
export interface MemoryQuery {
  readonly user?: string;
  /** Default: both. */
  readonly types?: readonly ("fact" | "episode")[];
  /** Facts of this category alone. */
  readonly category?: FactCategory;
  /** Episodes of this type alone. */
  readonly episodeType?: EpisodeType;
  /** Episodes that still matter at least so much, 0 to 10. */
  readonly minImportance?: number;
  /** Default `active`. */
  readonly status?: MemoryStatus | "all";
  /** At most so many: the first of the list. */
  readonly limit?: number;
}

/** What {@link Session.recall} searches for, and where. */
export interface RecallOptions {
  /** At most so many. Default 5; never more than `policy.retrieve.maxK` of {@link Luminora.open}. */
  readonly limit?: number;
  /** Texts of so many tokens together at most, as prompts count them: what does not fit is passed over. */
  readonly tokens?: number;
  /** Default: all. */
  readonly types?: readonly ("turn" | "fact" | "episode" | "note")[];
  /** The domain of the question: notes that belong to it count more. */
  readonly domain?: string;
  /** Facts that are at least so sure alone, 0 to 1. What is no fact passes. */
  readonly confidenceMin?: number;
  /** What has one of these tags alone. */
  readonly tags?: readonly string[];
  /** Notes of one of these domains alone. */
  readonly domains?: readonly string[];
  /** Language of the question (`en`, `es`, ...), when you know it. */
  readonly language?: string;
  /** Ends the search, with code `aborted`: the embedding of the question may take a while. */
  readonly signal?: AbortSignal;
}

/** Options of {@link Luminora.migrate}. */
export interface MigrationOptions {
  /** Only tell what would happen. Default false. */
  readonly dryRun?: boolean;
  /** The version to reach, also an earlier one. Default: the latest. */
  readonly target?: number;
}

/** Who a new session is with, or which one to go on with. `user` absent = "anonymous". */
export type SessionOptions =
  | { readonly template: TemplateSource; readonly user?: string; readonly title?: string }
  | { readonly session: string; readonly user?: string };

/**
 * Options of {@link Session.exportSnapshot}: what the file holds, and in which form. The names of the first
 * implementation of the standard are known as well.
 */
export interface SnapshotOptions extends Partial<ExportOptions> {
  /** `conversation` */
  readonly conversation_history?: boolean;
  /** `conversation` */
  readonly include_conversation?: boolean;
  /** `conversation` */
  readonly include_conversation_history?: boolean;
  /** `facts` */
  readonly include_facts?: boolean;
  /** `episodes` */
  readonly include_episodes?: boolean;
  /** `embeddings` */
  readonly include_embeddings?: boolean;
  /** `anonymize` */
  readonly anonymize_user_data?: boolean;
  /** The same inside an object; what stands outside it counts first. */
  readonly include_options?: Omit<SnapshotOptions, "include_options" | "compact">;
}

/** Options of {@link Luminora.importSnapshot}. */
export interface ImportOptions {
  /** Whose it becomes; absent: the person named in the file. */
  readonly user?: string;
  /** What to bring back; absent parts are brought back. */
  readonly restore?: Partial<Restore>;
  /** The same, as the first implementation of the standard calls it. */
  readonly restore_affinity?: boolean;
  /** The same, as the first implementation of the standard calls it. */
  readonly restore_mood?: boolean;
  /** The same, as the first implementation of the standard calls it. */
  readonly restore_facts?: boolean;
  /** The same, as the first implementation of the standard calls it. */
  readonly restore_conversation?: boolean;
  /** What to do when this person already has a relationship with this personality. Default: refuse. */
  readonly onConflict?: "refuse" | "replace";
  /** Accept a file whose hashes do not match its content. */
  readonly allowModified?: boolean;
  /** The personality, for a file that holds none. */
  readonly template?: TemplateSource;
}
