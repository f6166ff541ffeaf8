import type { Model } from "./model.ts";

/** What {@link chrome} may be told. */
export interface ChromeOptions {
  /** How runs name the model; the browser does not say which one it has. Default `built-in`. */
  model?: string | undefined;
  /** The languages that are spoken, so that the browser loads what it needs for them: `["en", "es"]`. */
  languages?: readonly string[] | undefined;
  /** Hears how much of the model the browser has downloaded, 0 to 1, where it has to. */
  onDownload?: ((loaded: number) => void) | undefined;
  /** Size of the context window in tokens. The browser says it with the first call. */
  contextTokens?: number | undefined;
}

/** What one model keeps between its calls. */
export interface ChromeMemory {
  /** A session of the browser's that the next call may go on with. */
  session?: KeptSession | undefined;
  contextWindow?: number | undefined;
}

interface KeptSession {
  readonly session: { destroy(): void };
  /** What it knows: the system text and all that was said. */
  readonly knows: string;
}

/**
 * The model that is built into Chrome (and Edge), behind the Prompt API: on the person's device, with no key. Only
 * windows have it: elsewhere, and on a device without it, a call is `model_unsupported`. The first call may download
 * the model, which needs a click before it. No temperature is sent, and no limit of tokens: the API takes neither.
 */
export function chrome(options: ChromeOptions = {}): Model {
  const memory: ChromeMemory = {};
  return {
    version: 1,
    kind: "chrome",
    id: options.model ?? "built-in",
    local: true,
    get contextTokens() {
      return options.contextTokens ?? memory.contextWindow;
    },
    capabilities: { systemRole: "first", temperature: false },
    async *call(call) {
      // Loaded with the first call: a page that only ever talks offline does not pay for it.
      const { promptBrowser } = await import("./prompt-api.ts");
      yield* promptBrowser(options, memory, call);
    },
  };
}
