import type { CoreErrorCode, Problem } from "./generated/types.ts";

export type { CoreErrorCode, Problem };

/** What goes wrong on the way to a model and back, one that answers or one that embeds. */
export type ModelErrorCode =
  | "model_bad_request"
  | "model_auth"
  | "model_not_found"
  | "model_too_large"
  | "model_quota"
  | "model_rate_limited"
  | "model_unavailable"
  | "model_network"
  | "model_bad_response"
  | "model_incomplete"
  | "model_refused"
  | "model_unsupported";

/** What the facade and its ports refuse, beside the core. */
export type HostErrorCode =
  | ModelErrorCode
  /** A vector has another number of values than those that it would be compared with. */
  | "dimension"
  | "browser_key_refused"
  | "wasm_not_served"
  | "wasm_failed"
  | "storage"
  /** A bundle is encrypted, and no passphrase was given. */
  | "passphrase_required"
  /** The passphrase is wrong, or the encrypted file was changed. */
  | "decrypt_failed"
  /** A bundle is not signed by one whose signature is required. */
  | "signature_required"
  | "aborted"
  | "disposed";

/** Every code that a {@link LuminoraError} can carry. */
export type ErrorCode = CoreErrorCode | HostErrorCode;

/** The optional parts of a {@link LuminoraError}. */
export interface ErrorDetails {
  /** JSON Pointer into the document or the arguments; "" is the whole. */
  path?: string | undefined;
  /** What to write or do instead. */
  hint?: string | undefined;
  /** The error underneath. It is shown to people, so it must hold no secret. */
  cause?: unknown;
  /** All problems of a document, with `invalid_template`. */
  problems?: readonly Problem[] | undefined;
  /** What the guard found, when it blocked a reply. */
  findings?: readonly unknown[] | undefined;
  /** How long the provider asks to wait before the next try, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** The tokens that would have been enough, with `budget_too_small`. */
  needed?: number | undefined;
}

// A registered symbol is the same in every copy of the package, unlike the class itself.
const brand = Symbol.for("luminoracore.LuminoraError");

/** The one error type of this package: branch on `code`, show `message` and `hint` to people. */
export class LuminoraError extends Error {
  /** What kind of refusal or failure this is. */
  readonly code: ErrorCode;
  /** JSON Pointer (RFC 6901) into the document or the arguments; "" is the whole. */
  readonly path: string;
  declare readonly hint?: string;
  declare readonly problems?: readonly Problem[];
  declare readonly findings?: readonly unknown[];
  declare readonly retryAfterMs?: number;
  declare readonly needed?: number;

  static {
    Object.defineProperties(LuminoraError.prototype, {
      name: { value: "LuminoraError", configurable: true, writable: true },
      [brand]: { value: true },
    });
  }

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { path = "", cause, ...rest } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
    for (const [name, value] of Object.entries(rest)) {
      if (value !== undefined) Object.assign(this, { [name]: value });
    }
  }

  /** Whether `value` is a `LuminoraError`, also one thrown by another copy of this package. */
  static isInstance(value: unknown): value is LuminoraError {
    return typeof value === "object" && value !== null && brand in value;
  }
}
