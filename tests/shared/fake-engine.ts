/** What an engine is asked, as far as the fake looks at it. */
export interface EngineRequest {
  readonly model?: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly response_format?: { readonly type: string; readonly schema?: string };
  readonly [name: string]: unknown;
}

/** What the fake does. */
export interface FakeEngineOptions {
  /** Answers, in pieces. */
  answers?: readonly (readonly string[])[];
  contextWindow?: number;
  /** Ends the first answer behind its first piece. */
  failsWith?: unknown;
  /** Why the model stops by itself. */
  finish?: string | null;
}

/**
 * An engine that answers as WebLLM's does, on a model that knows its answers beforehand: one call after the other,
 * locked until the generator of the one before has run out; an interruption that the next generator forgets as it
 * begins; the checks of a request. A token is a word.
 */
export function fakeEngine(options: FakeEngineOptions = {}) {
  const { contextWindow = 4096, finish = "stop" } = options;
  const answers = [...(options.answers ?? [["Hello."]])];
  let { failsWith } = options;
  const requests: EngineRequest[] = [];
  let isInterrupted = false;
  let interruptions = 0;
  let isLocked = false;
  const waiting: (() => void)[] = [];

  async function acquire(): Promise<void> {
    if (isLocked) await new Promise<void>((resolve) => waiting.push(resolve));
    isLocked = true;
  }

  function release(): void {
    isLocked = false;
    waiting.shift()?.();
  }

  async function* generate(request: EngineRequest): AsyncGenerator<object> {
    isInterrupted = false;
    const pieces = [...(answers.shift() ?? ["Hello."])];
    const prompt = request.messages.reduce((sum, { content }) => sum + wordsIn(content), 0);
    if (prompt > contextWindow) {
      release();
      throw named("ContextWindowSizeExceededError", "Prompt tokens exceed context window size.");
    }
    let said = 0;
    let reason: string | null = finish;
    for (const [index, piece] of pieces.entries()) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (isInterrupted) {
        reason = "abort";
        break;
      }
      if (index > 0 && failsWith !== undefined) {
        const error = failsWith;
        failsWith = undefined;
        release();
        throw error;
      }
      said += wordsIn(piece);
      yield { choices: [{ index: 0, delta: { role: "assistant", content: piece }, finish_reason: null }] };
    }
    if (isInterrupted) reason = "abort";
    yield { choices: [{ index: 0, delta: {}, finish_reason: reason }] };
    if (request.stream_options?.include_usage) {
      yield {
        choices: [],
        usage: { prompt_tokens: prompt, completion_tokens: said, total_tokens: prompt + said },
      };
    }
    // Not in a `finally`: an engine whose generator is left stays locked.
    release();
  }

  const engine = {
    chat: {
      completions: {
        async create(request: EngineRequest) {
          requests.push(request);
          check(request);
          await acquire();
          return generate(request);
        },
      },
    },
    async interruptGenerate() {
      interruptions += 1;
      isInterrupted = true;
    },
  };
  return {
    engine,
    requests,
    get interruptions() {
      return interruptions;
    },
    get isLocked() {
      return isLocked;
    },
  };
}

function check({ model, messages, stream, response_format: format }: EngineRequest): void {
  if (model !== "small") throw named("SpecifiedModelNotFoundError", `${model} is not loaded.`);
  if (!stream) throw new Error("only streams are answered here");
  if (messages.some(({ role }, index) => role === "system" && index > 0)) {
    throw named("SystemMessageOrderError", "System prompt should always be the first message.");
  }
  if (messages.at(-1)?.role !== "user")
    throw named("MessageOrderError", "Last message should be from `user`.");
  if (format?.schema !== undefined && (format.type !== "json_object" || typeof format.schema !== "string")) {
    throw named("InvalidResponseFormatError", "JSON schema is only supported with `json_object`.");
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter(Boolean).length;
}
