import { type Compiled, type CompileOptions, compile, type ErrorCode, LuminoraError } from "luminoracore";

/** What came of a call: the result, or the error as data. */
export interface Attempt {
  readonly compiled?: Compiled;
  readonly error?: { readonly code: ErrorCode; readonly path: string; readonly needed: number | undefined };
}

/** `compile`, with the request built and the error as data, so that both can leave a browser. */
export function compileOrRefuse(document: string, options: CompileOptions): Attempt {
  try {
    return { compiled: { ...compile(document, options) } };
  } catch (error) {
    if (!LuminoraError.isInstance(error)) throw error;
    return { error: { code: error.code, path: error.path, needed: error.needed } };
  }
}
