import { type CallOptions, chrome, Luminora, LuminoraError, type Part, type Storage } from "luminoracore";
import { type FakeLanguageModelOptions, fakeLanguageModel } from "./fake-language-model.ts";
import { contentsOf } from "./recording.ts";

/** A model call, as far as these tests vary it. */
export interface Asked extends Pick<CallOptions, "system" | "messages" | "responseSchema"> {
  /** Gives up at the first piece. */
  readonly abort?: boolean;
  /** Leaves at the first piece. */
  readonly leave?: boolean;
}

/** What came of some calls of one model. */
export interface BrowserCalls {
  /** For each call its parts, or the error that ended it. */
  readonly answers: readonly { parts: Part[]; code?: string; message?: string }[];
  readonly created: readonly { options: Record<string, unknown>; prompts: unknown[]; destroyed: boolean }[];
  readonly asked: readonly object[];
  readonly downloads: readonly number[];
  readonly contextTokens: number | undefined;
}

/** Calls the model one time after the other, on a fake of the browser's. */
export async function callBrowser(
  fakeOptions: FakeLanguageModelOptions | undefined,
  calls: readonly Asked[],
  languages?: readonly string[],
): Promise<BrowserCalls> {
  const fake = fakeLanguageModel(fakeOptions);
  const put = putInPlace(fakeOptions && fake.LanguageModel);
  try {
    const downloads: number[] = [];
    const model = chrome({ languages, onDownload: (loaded) => downloads.push(loaded) });
    const answers = [];
    for (const { abort: aborts, leave, ...asked } of calls) {
      const abort = new AbortController();
      const parts: Part[] = [];
      const answer: BrowserCalls["answers"][number] = { parts };
      try {
        for await (const part of model.call({ temperature: 1, ...asked, signal: abort.signal })) {
          parts.push(part);
          if (aborts) abort.abort();
          if (leave) break;
        }
      } catch (error) {
        const { code, message } = LuminoraError.isInstance(error)
          ? error
          : { code: String(error), message: "" };
        Object.assign(answer, { code, message });
      }
      answers.push(answer);
    }
    const { created, asked } = fake;
    return structuredClone({ answers, created, asked, downloads, contextTokens: model.contextTokens });
  } finally {
    put.back();
  }
}

/** A session on the built-in model: two turns, and between them one that fails. */
export async function talkToBrowser(storage: Storage) {
  const fake = fakeLanguageModel({ answers: [["Hello, ", "you."], ["Oh"], ["Good ", "bye."]] });
  const put = putInPlace(fake.LanguageModel);
  try {
    const luminora = await Luminora.open({ storage, model: chrome() });
    const session = await luminora.createSession({ template: "alicia", user: "diego" });
    const { run, usage } = await session.send("Hi, I am Diego.");
    const before = await contentsOf(storage);
    let code = "";
    try {
      // Left at its first piece.
      for await (const _ of session.send("You're pretty")) break;
      await session.send("You're pretty", { signal: AbortSignal.abort() });
    } catch (error) {
      code = (error as LuminoraError).code;
    }
    const unchanged = (await contentsOf(storage)) === before;
    await session.send("Bye");
    const found = {
      ...{ code, unchanged, usage },
      history: session.history().map(({ text }) => text),
      run: session.explain(run) as unknown as { run: Record<string, unknown> },
      created: structuredClone(fake.created),
    };
    await luminora.close();
    return found;
  } finally {
    put.back();
  }
}

/** Gives this environment a built-in model, or none. */
function putInPlace(model: object | undefined): { back(): void } {
  const scope = globalThis as { LanguageModel?: unknown };
  const own = Object.getOwnPropertyDescriptor(scope, "LanguageModel");
  Object.defineProperty(scope, "LanguageModel", { value: model, configurable: true, writable: true });
  return {
    back() {
      if (own) Object.defineProperty(scope, "LanguageModel", own);
      else delete scope.LanguageModel;
    },
  };
}
