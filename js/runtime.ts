import {
  Blender,
  Core,
  convert,
  convertCard,
  exportCard,
  exportCardPng,
  exportCardWithIcon,
  initSync,
  LanguagePacks,
  TemplateHandle,
  validate,
} from "../build/wasm/core.js";
import { LuminoraError } from "./errors.ts";
import type { TemplateSummary } from "./generated/types.ts";

/** What the core consists of: one wasm module and the language packs beside it. */
export interface CoreSource {
  /** The compiled module of `luminoracore/core.wasm`, its bytes, or a response that holds them. */
  readonly wasm: WebAssembly.Module | BufferSource | Response | Promise<Response>;
  /** The files of `luminoracore/packs/*`, as bytes or text. Without them every message is `unsupported`. */
  readonly packs?: readonly (Uint8Array | string)[];
}

/**
 * Where a package entry finds its files.
 *
 * @internal
 */
export interface Assets {
  /** The wasm module and the language packs. */
  core(): Promise<CoreSource>;
  /** What there is to know of the bundled personalities without their documents. */
  personalities(): Promise<readonly BundledPersonality[]>;
  /** A bundled personality's document, by its key (`alicia`), as JSON text. */
  personality(key: string): Promise<string>;
}

/**
 * A personality that the package brings along; `key` is the name of its file.
 *
 * @internal
 */
export type BundledPersonality = TemplateSummary & {
  readonly key: string;
  readonly aliases: readonly string[];
};

/**
 * The loaded core.
 *
 * @internal
 */
export interface Runtime {
  readonly Blender: typeof Blender;
  readonly Core: typeof Core;
  readonly TemplateHandle: typeof TemplateHandle;
  readonly validate: typeof validate;
  readonly convert: typeof convert;
  readonly convertCard: typeof convertCard;
  readonly exportCard: typeof exportCard;
  readonly exportCardPng: typeof exportCardPng;
  readonly exportCardWithIcon: typeof exportCardWithIcon;
  readonly packs: LanguagePacks;
}

let assets: Assets | undefined;
let runtime: Runtime | undefined;
let loading: Promise<Runtime> | undefined;

/**
 * Says where this entry of the package finds its files.
 *
 * @internal
 */
export function useAssets(found: Assets): void {
  assets = found;
}

/**
 * The assets of the entry in use.
 *
 * @internal
 */
export function bundledAssets(): Assets | undefined {
  return assets;
}

/**
 * Loads the core once; later calls wait for the same one. `Luminora.open` calls this by itself. Only the functions
 * that answer at once (`validate`, `parse`, `compile`, ...) need `await init()` before their first use.
 *
 * @param source what to load; needed with `luminoracore/slim`, where nothing is loaded by itself
 */
export async function init(source?: CoreSource): Promise<void> {
  await loadRuntime(source);
}

/**
 * The loaded core, loading it first if that is still to be done.
 *
 * @internal
 */
export async function loadRuntime(source?: CoreSource): Promise<Runtime> {
  if (runtime) return runtime;
  loading ??= load(source).catch((error: unknown) => {
    // The next call may try again: a network can come back.
    loading = undefined;
    throw error;
  });
  return loading;
}

/**
 * The loaded core, at once.
 *
 * @internal
 */
export function loadedRuntime(): Runtime {
  if (!runtime) {
    throw new LuminoraError("invalid_operation", "The core is not loaded yet.", {
      hint: "Call `await init()` once before the first use of a function that answers at once.",
    });
  }
  return runtime;
}

async function load(given: CoreSource | undefined): Promise<Runtime> {
  const source = given ?? (await assets?.core());
  if (!source) {
    throw new LuminoraError("wasm_failed", "This entry of the package does not load the core by itself.", {
      hint: 'Call `await init({ wasm, packs })` first, or import from "luminoracore" instead of "luminoracore/slim".',
    });
  }
  const module = await compileModule(await source.wasm);
  try {
    initSync({ module });
  } catch (cause) {
    throw new LuminoraError("wasm_failed", "The wasm module does not fit this version of the package.", {
      cause,
      hint: "Serve the core.wasm of the same luminoracore version as the JavaScript.",
    });
  }
  const encoder = new TextEncoder();
  const packs = (source.packs ?? []).map((pack) => (typeof pack === "string" ? encoder.encode(pack) : pack));
  runtime = {
    Blender,
    Core,
    TemplateHandle,
    convert,
    convertCard,
    exportCard,
    exportCardPng,
    exportCardWithIcon,
    validate,
    packs: new LanguagePacks(packs),
  };
  return runtime;
}

async function compileModule(
  wasm: WebAssembly.Module | BufferSource | Response,
): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) return wasm;
  const isResponse = typeof Response !== "undefined" && wasm instanceof Response;
  const bytes = isResponse ? await readWasm(wasm) : (wasm as BufferSource);
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new LuminoraError("wasm_failed", "The wasm module could not be compiled.", { cause });
  }
}

const magic = [0x00, 0x61, 0x73, 0x6d];

/**
 * The bytes of a response, once they are known to be wasm. A development server that does not know the file often
 * answers with its page, and a compile error would not tell.
 */
async function readWasm(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const where = response.url || "core.wasm";
  if (!response.ok) {
    throw new LuminoraError("wasm_not_served", `The server answered ${response.status} for ${where}.`, {
      hint: "Copy core.wasm from the package beside the bundled JavaScript, or let the bundler do it.",
    });
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (magic.some((byte, index) => bytes[index] !== byte)) {
    const type = response.headers.get("content-type") ?? "no content type";
    throw new LuminoraError("wasm_not_served", `The server answered ${where} with ${type}, not with wasm.`, {
      hint:
        'With Vite, add `optimizeDeps: { exclude: ["luminoracore"] }`. With esbuild, copy core.wasm beside the ' +
        'output. Or import from "luminoracore/inline", which needs no file.',
    });
  }
  return bytes;
}
