import {
  type BlendOptions,
  type BlendReport,
  blend,
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

/** What came of a blend: the document and the report, or the error as data. */
export interface BlendAttempt {
  readonly document?: object;
  readonly report?: BlendReport;
  readonly error?: Refusal;
}

/** `blend`, with its result and the error as data. A weight that is a text stands for the number of that name. */
export function blendOrRefuse(
  sources: readonly { template: string; weight?: number | string }[],
  options: BlendOptions,
): BlendAttempt {
  return orRefuse(() => {
    const given = sources.map(({ template, weight }) =>
      weight === undefined ? { template } : { template, weight: Number(weight) },
    );
    const { template, report } = blend(given, options);
    const { document } = template;
    template.free();
    return { document, report };
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
