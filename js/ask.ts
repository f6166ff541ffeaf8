import { LuminoraError } from "./errors.ts";
import type { CoreError } from "./generated/types.ts";

/** Asks the core, and turns what it throws into a `LuminoraError`. */
export function ask<T>(question: () => T): T {
  try {
    return question();
  } catch (error) {
    throw fromCore(error);
  }
}

/** An error of the core as a `LuminoraError`. */
export function fromCore(error: unknown): Error {
  if (LuminoraError.isInstance(error)) return error;
  if (typeof error === "object" && error !== null && "code" in error && "message" in error) {
    const { code, message, path, hint, problems, needed } = error as CoreError;
    return new LuminoraError(code, message, { path, hint, problems, needed });
  }
  // A trap: the instance is dead, and only loading the page or the process again helps.
  return new LuminoraError("wasm_failed", "The core has stopped because of a fault in it.", {
    cause: error,
    hint: "Reload, and please report this with the message in the console. What was stored is safe.",
  });
}
