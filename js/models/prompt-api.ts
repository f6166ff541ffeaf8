import { LuminoraError, type ModelErrorCode } from "../errors.ts";
import { abortable, abortedError } from "../ports.ts";
import { isCount } from "./answer.ts";
import type { ChromeMemory, ChromeOptions } from "./chrome.ts";
import type { CallOptions, Message } from "./model.ts";
import type { Part } from "./part.ts";
import { promptFor } from "./prompt.ts";
import { redactedCause } from "./secrets.ts";

/** The browser's `LanguageModel`, as far as it is used here. */
interface LanguageModel {
  availability(options: object): Promise<"unavailable" | "downloadable" | "downloading" | "available">;
  create(options: object): Promise<BrowserSession>;
}

/** A session of the browser's. It keeps what is said in it. */
interface BrowserSession {
  promptStreaming(input: string, options: object): ReadableStream<string>;
  measureContextUsage?(input: string, options: object): Promise<number>;
  readonly contextUsage?: number;
  readonly contextWindow?: number;
  /** Their former names, which extensions still have. */
  measureInputUsage?(input: string, options: object): Promise<number>;
  readonly inputUsage?: number;
  readonly inputQuota?: number;
  destroy(): void;
}

/** One call of the browser's own model. */
export async function* promptBrowser(
  options: ChromeOptions,
  memory: ChromeMemory,
  call: CallOptions,
): AsyncGenerator<Part> {
  const { signal, responseSchema } = call;
  if (signal.aborted) throw abortedError();
  const { system, messages } = promptFor(call, { systemRole: "first" });
  const earlier = messages.slice(0, -1);
  const input = messages.at(-1)?.content ?? "";
  let session: BrowserSession | undefined;
  try {
    session = taken(memory, known(system, earlier)) ?? (await created(options, system, earlier, signal));
    memory.contextWindow = windowOf(session);
    const prompting = { signal, ...(responseSchema !== undefined && { responseConstraint: responseSchema }) };
    const inputTokens = await measured(session, input, prompting);
    let answer = "";
    const reader = session.promptStreaming(input, prompting).getReader();
    for (;;) {
      const { done, value } = await abortable(reader.read(), signal);
      if (done) break;
      answer += value;
      if (value !== "") yield { type: "text-delta", text: value };
    }
    const all = session.contextUsage ?? session.inputUsage;
    // The next call goes on with this session, where it knows just what this one does.
    const said: Message[] = [...messages, { role: "assistant", content: answer }];
    memory.session = { session, knows: known(system, said) };
    session = undefined;
    if (inputTokens !== undefined && isCount(all) && all >= inputTokens) {
      yield { type: "usage", inputTokens, outputTokens: all - inputTokens };
    }
    yield { type: "finish", reason: "stop" };
  } catch (error) {
    throw browserError(error, signal);
  } finally {
    // One that was left in the middle has half an answer in it.
    session?.destroy();
  }
}

/** What a session knows, to compare. */
function known(system: string, messages: readonly Message[]): string {
  return JSON.stringify([system, ...messages.map(({ role, content }) => [role, content])]);
}

/** The kept session, if it knows exactly this. The system text cannot be changed, so another one needs another session. */
function taken(memory: ChromeMemory, knows: string): BrowserSession | undefined {
  const kept = memory.session;
  memory.session = undefined;
  if (kept?.knows === knows) return kept.session as BrowserSession;
  kept?.session.destroy();
  return undefined;
}

async function created(
  { languages, onDownload }: ChromeOptions,
  system: string,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<BrowserSession> {
  const model = (globalThis as { LanguageModel?: LanguageModel }).LanguageModel;
  if (!model) throw unsupported(whyAbsent());
  const expected = { type: "text", ...(languages && { languages: [...languages] }) };
  const wanted = { expectedInputs: [expected], expectedOutputs: [expected] };
  const availability = await abortable(model.availability(wanted), signal);
  if (availability === "unavailable") {
    throw unsupported("This device has no built-in model, or none for these languages.");
  }
  const initialPrompts = [
    ...(system === "" ? [] : [{ role: "system", content: system }]),
    ...messages.map(({ role, content }) => ({ role, content })),
  ];
  const monitor = (download: EventTarget) =>
    download.addEventListener("downloadprogress", (event) => onDownload?.((event as ProgressEvent).loaded));
  return await model.create({
    ...wanted,
    ...{ initialPrompts, signal },
    ...(onDownload && availability !== "available" && { monitor }),
  });
}

function whyAbsent(): string {
  const inWorker = typeof document === "undefined" && "importScripts" in globalThis;
  return inWorker
    ? "The built-in model is not there for workers: call it from the window."
    : "There is no built-in model here: only windows of Chrome and Edge have one, on secure pages.";
}

function unsupported(message: string): LuminoraError {
  return new LuminoraError("model_unsupported", message, {
    hint: "Use another model where there is none: webllm, or one of a provider.",
  });
}

/** The tokens that a prompt has, with all before it; `undefined` where the browser does not count. */
async function measured(
  session: BrowserSession,
  input: string,
  options: object,
): Promise<number | undefined> {
  const before = session.contextUsage ?? session.inputUsage;
  const tokens = await (session.measureContextUsage?.(input, options) ??
    session.measureInputUsage?.(input, options));
  return isCount(before) && isCount(tokens) ? before + tokens : undefined;
}

function windowOf({ contextWindow, inputQuota }: BrowserSession): number | undefined {
  const size = contextWindow ?? inputQuota;
  return isCount(size) ? size : undefined;
}

function browserError(error: unknown, signal: AbortSignal): LuminoraError {
  if (signal.aborted) return abortedError();
  if (LuminoraError.isInstance(error)) return error;
  const { name, message } = Object(error) as { name?: unknown; message?: unknown };
  const [code, hint] = errors.get(String(name)) ?? ["model_unavailable"];
  return new LuminoraError(code, `The built-in model failed: ${message}`.slice(0, 400), {
    hint,
    cause: redactedCause(error, (text) => text),
  });
}

const errors = new Map<string, [ModelErrorCode, string?]>([
  ["AbortError", ["model_incomplete", "Something has ended the browser's session: send again."]],
  ["QuotaExceededError", ["model_too_large", "Lower limits.contextTokens below the model's window."]],
  ["NotSupportedError", ["model_unsupported", "Name the languages that are spoken, or use another model."]],
  [
    "NotAllowedError",
    ["model_unavailable", "Call it after a click: the browser downloads the model for nobody else."],
  ],
  ["NetworkError", ["model_network", "The download of the model broke off: try again."]],
  ["SyntaxError", ["model_bad_response", "The model could not keep to the schema."]],
  ["TypeError", ["model_bad_request"]],
]);
