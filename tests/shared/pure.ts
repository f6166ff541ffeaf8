import {
  type Compiled,
  type CompileOptions,
  type Converted,
  compile,
  convert,
  type ErrorCode,
  LuminoraError,
} from "luminoracore";

/** What came of a call: the result, or the error as data. */
export interface Attempt {
  readonly compiled?: Compiled;
  readonly error?: Refusal;
}

/** An error as data. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly path: string;
  readonly needed: number | undefined;
}

/** What came of a conversion. */
export type Conversion =
  | (Omit<Converted, "template"> & { readonly id: string })
  | { readonly error: Refusal };

/** `compile`, with the request built and the error as data, so that both can leave a browser. */
export function compileOrRefuse(document: string, options: CompileOptions): Attempt {
  return orRefuse(() => ({ compiled: { ...compile(document, options) } }));
}

/** `convert`, with the template told by its id. */
export function convertOrRefuse(document: string): Conversion {
  return orRefuse(() => {
    const { template, ...converted } = convert(document);
    return { ...converted, id: template.id };
  });
}

function orRefuse<Result>(work: () => Result): Result | { error: Refusal } {
  try {
    return work();
  } catch (error) {
    if (!LuminoraError.isInstance(error)) throw error;
    return { error: { code: error.code, path: error.path, needed: error.needed } };
  }
}
