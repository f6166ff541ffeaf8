import type { BundleReport } from "../generated/types.ts";
import type { BundleSigner, BundleSigners } from "./signature.ts";

/** Options of {@link Luminora.exportBundle}. */
export interface BundleExportOptions {
  /** Whose; absent = "anonymous". */
  readonly user?: string;
  /**
   * Only this relationship, by the id of its instance: with its template, sessions, turns, runs, and all that is
   * remembered of the person but other personalities' episodes.
   */
  readonly instance?: string;
  /**
   * Only what was written since: an ISO 8601 time in UTC (`created_at` of the last bundle), or the clock of a record; and
   * what that refers to. What another device wrote before and brought later is not in it.
   */
  readonly since?: string;
  /** Encrypts the bundle. Nobody can open it without; nobody can recover it. */
  readonly passphrase?: string;
  /** Signs the bundle, so that others can see that it was not changed. */
  readonly sign?: BundleSigner;
}

/** How a bundle is opened. */
export interface BundleOpenOptions {
  /** Of an encrypted bundle. */
  readonly passphrase?: string;
  /** When given, the bundle must be signed by one of these. */
  readonly signers?: BundleSigners;
}

/** Options of {@link Luminora.importBundle}. */
export interface BundleImportOptions extends BundleOpenOptions {
  /** Whose it becomes. Default: whose it was. */
  readonly user?: string;
  /**
   * `merge`, the default: both logs become one, whichever came first; what was erased in either stays so. `replace`: the
   * bundle takes the place of all that is there, which is given back as `undo`. `dry_run`: nothing is stored.
   */
  readonly mode?: "merge" | "replace" | "dry_run";
}

/** What an import did, or would do. */
export interface BundleImportReport extends BundleReport {
  /** With `replace`: all that was there before, as a bundle. */
  readonly undo?: Blob;
}

/** What a bundle says of itself, as it stands in the file. */
export interface BundleManifest {
  readonly format: "luminora.bundle/1";
  /** ISO 8601 UTC. */
  readonly created_at: string;
  readonly library_version: string;
  /** By kind. */
  readonly schema_versions: Readonly<Record<string, number>>;
  readonly owner: string;
  readonly selection: {
    readonly type: "bundle" | "instance" | "since";
    readonly instance?: string;
    readonly since?: string;
    readonly kinds: readonly string[];
  };
  /** By kind, tombstones included. */
  readonly record_counts: Readonly<Record<string, number>>;
  readonly members: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  /** SHA-256 of the index, which has the hashes of all records: the same for the same records. */
  readonly root: string;
  readonly privacy: {
    readonly contains_text: boolean;
    readonly contains_embeddings: boolean;
    readonly anonymized: boolean;
  };
  readonly encryption: null;
  readonly signed: boolean;
}
