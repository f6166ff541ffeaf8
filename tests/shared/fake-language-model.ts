/** What a fake of the browser's built-in model does. */
export interface FakeLanguageModelOptions {
  availability?: "unavailable" | "downloadable" | "downloading" | "available";
  /** Answers of the prompts, in pieces. */
  answers?: readonly (readonly string[])[];
  contextWindow?: number;
  /** Whether the person has clicked somewhere: a download needs that. */
  isActivated?: boolean;
  /** The names that extensions still have. */
  legacyNames?: boolean;
  /** Name of the error that ends the first answer, behind its first piece. */
  failsWith?: string;
  /** The answers never end. */
  hangs?: boolean;
}

/** A message as the API takes it. */
interface Message {
  readonly role: string;
  readonly content: string;
}

/**
 * The Prompt API of a window as its specification has it, on a model that knows its answers beforehand: system prompts
 * only in front of the initial ones, sessions that keep what is said, a context window, aborts that take a prompt out
 * again, downloads with progress and a click before them. A token is a word.
 */
export function fakeLanguageModel(options: FakeLanguageModelOptions = {}) {
  const { contextWindow = 9216, isActivated = true, hangs = false } = options;
  const answers = [...(options.answers ?? [["Hello."]])];
  let { availability = "available", failsWith } = options;
  const asked: object[] = [];
  const created: {
    readonly options: Record<string, unknown>;
    readonly prompts: unknown[];
    destroyed: boolean;
  }[] = [];

  class Session {
    #usage: number;
    readonly #record: (typeof created)[number];

    constructor(record: (typeof created)[number], usage: number) {
      this.#record = record;
      this.#usage = usage;
      const names = options.legacyNames ? ["inputUsage", "inputQuota"] : ["contextUsage", "contextWindow"];
      Object.defineProperty(this, names[0] ?? "", { get: () => this.#usage });
      Object.defineProperty(this, names[1] ?? "", { value: contextWindow });
      const measure = options.legacyNames ? "measureInputUsage" : "measureContextUsage";
      Object.defineProperty(this, measure, { value: async (input: string) => wordsIn(input) });
    }

    promptStreaming(input: unknown, prompting: { signal?: AbortSignal } = {}): ReadableStream<string> {
      if (typeof input !== "string") throw error("TypeError");
      this.#record.prompts.push([input, { ...prompting, signal: undefined }]);
      const pieces = [...(answers.shift() ?? ["Hello."])];
      const before = this.#usage;
      const { signal } = prompting;
      const end = (name: string) => {
        this.#usage = before;
        throw error(name);
      };
      let isFirst = true;
      return new ReadableStream<string>({
        pull: async (controller) => {
          await new Promise((resolve) => setTimeout(resolve, 0));
          if (signal?.aborted || this.#record.destroyed) end("AbortError");
          if (isFirst && before + wordsIn(input) > contextWindow) end("QuotaExceededError");
          if (!isFirst && failsWith !== undefined) {
            const name = failsWith;
            failsWith = undefined;
            end(name);
          }
          const piece = pieces.shift();
          if (isFirst) this.#usage += wordsIn(input);
          isFirst = false;
          if (piece !== undefined) {
            this.#usage += wordsIn(piece);
            controller.enqueue(piece);
          } else if (!hangs) {
            controller.close();
          } else {
            await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
            end("AbortError");
          }
        },
      });
    }

    destroy(): void {
      this.#record.destroyed = true;
    }
  }

  const LanguageModel = {
    async availability(wanted: object) {
      asked.push(wanted);
      return availability;
    },
    async create(wanted: Record<string, unknown> = {}): Promise<Session> {
      const {
        initialPrompts = [],
        signal,
        monitor,
      } = wanted as {
        initialPrompts?: Message[];
        signal?: AbortSignal;
        monitor?: (monitor: EventTarget) => void;
      };
      if (signal?.aborted) throw error("AbortError");
      if (availability === "unavailable") throw error("NotSupportedError");
      if (initialPrompts.some(({ role }, index) => role === "system" && index > 0)) throw error("TypeError");
      if (availability !== "available") {
        if (!isActivated) throw error("NotAllowedError");
        const events = new EventTarget();
        monitor?.(events);
        for (const loaded of [0, 0.5, 1]) {
          events.dispatchEvent(Object.assign(new Event("downloadprogress"), { loaded, total: 1 }));
        }
        availability = "available";
      }
      const usage = initialPrompts.reduce((sum, { content }) => sum + wordsIn(content), 0);
      if (usage > contextWindow) throw error("QuotaExceededError");
      const record = {
        options: { ...wanted, signal: undefined, monitor: undefined },
        prompts: [],
        destroyed: false,
      };
      created.push(record);
      return new Session(record, usage);
    },
  };
  return { LanguageModel, asked, created };
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter(Boolean).length;
}

function error(name: string): Error {
  return name === "TypeError" ? new TypeError("wrong") : new DOMException(`a ${name}`, name);
}
