import type { TurnView } from "../generated/types.ts";
import type { CallOptions, Message } from "../models/model.ts";
import { promptFor } from "../models/prompt.ts";

/** A message of the AI SDK's prompt, as far as it is read here. */
export interface PromptMessage {
  readonly role: string;
  readonly content: string | readonly PromptPart[];
}

interface PromptPart {
  readonly type: string;
  readonly text?: string;
  readonly toolCallId?: string;
  readonly mediaType?: string;
  readonly filename?: string;
}

/** What somebody said. */
export interface Said {
  readonly role: "user" | "assistant";
  readonly text: string;
}

/** What an application's messages show of a conversation: the person's last message, and what lies on either side. */
export interface Conversation {
  /** The person's last message. */
  readonly text: string;
  /** What was said before it. */
  readonly before: readonly Said[];
  /** What the model said after it, in earlier steps of the same turn. */
  readonly after: readonly string[];
  /** The tool calls before it. */
  readonly callsBefore: ReadonlySet<string>;
  /** The tool calls after it: the turn goes on with their results. */
  readonly callsAfter: ReadonlySet<string>;
}

/** Reads a prompt; `undefined` when nobody says anything in it. */
export function readConversation(prompt: readonly PromptMessage[]): Conversation | undefined {
  const last = prompt.findLastIndex(({ role }) => role === "user");
  const message = prompt[last];
  const text = message && (textOf(message) || namesOf(message));
  if (!text) return undefined;
  const [earlier, later] = [prompt.slice(0, last), prompt.slice(last + 1)];
  return {
    text,
    before: earlier.flatMap((message) => said(message)),
    after: later.flatMap((message) => said(message)).map(({ text }) => text),
    callsBefore: callsIn(earlier),
    callsAfter: callsIn(later),
  };
}

function said(message: PromptMessage): Said[] {
  const { role } = message;
  if (role !== "user" && role !== "assistant") return [];
  const text = textOf(message) || (role === "user" ? namesOf(message) : "");
  return text === "" ? [] : [{ role, text }];
}

function textOf({ content }: PromptMessage): string {
  if (typeof content === "string") return content.trim();
  return joined(content.flatMap(({ type, text }) => (type === "text" && text ? [text] : [])));
}

/** Texts one below the other. */
function joined(texts: readonly string[]): string {
  return texts.join("\n").trim();
}

/** What the person showed without a word: `[holiday.jpg]`, or `[image/jpeg]`. */
function namesOf({ content }: PromptMessage): string {
  if (typeof content === "string") return "";
  return joined(
    content.flatMap(({ type, filename, mediaType }) =>
      type === "file" ? [`[${filename ?? mediaType ?? "file"}]`] : [],
    ),
  );
}

function callsIn(messages: readonly PromptMessage[]): Set<string> {
  const ids = new Set<string>();
  for (const { role, content } of messages) {
    if (role !== "assistant" || typeof content === "string") continue;
    for (const { type, toolCallId } of content) if (type === "tool-call" && toolCallId) ids.add(toolCallId);
  }
  return ids;
}

/** How many turns of a log tell whether a message is in it already. */
const looked = 32;

/**
 * The person's newest message in a log and what answered it, where the conversation's last message is that one: then it
 * is only answered once more, after a second try of a call that came through, or because another reply is wanted.
 * `undefined` for a message that is new. Who says the same twice says it again, as the messages before it show.
 *
 * @param isAskedFor another reply is wanted, if there is one
 */
export function answeredAlready(
  { text, before }: Conversation,
  history: (options: { limit: number }) => TurnView[],
  isAskedFor = false,
): readonly TurnView[] | undefined {
  const turns = history({ limit: looked });
  const isUser = ({ role }: { readonly role: string }) => role === "user";
  const [logged, shown] = [turns.filter(isUser), before.filter(isUser)];
  const [timesLogged, timesShown] = [timesAtEnd(logged, text), timesAtEnd(shown, text)];
  if (timesShown >= timesLogged) return undefined;
  // An application may show less than there is: then nobody knows how often it was said before.
  const logHasMore = timesLogged < logged.length || turns.length === looked;
  if (timesShown === shown.length && logHasMore && !isAskedFor) return undefined;
  return turns.slice(turns.findLastIndex(isUser));
}

/** Whether the conversation's last message is in a log, with others of the person behind it. */
export function isPast(
  { text, before }: Conversation,
  history: (options: { limit: number }) => TurnView[],
): boolean {
  const isUser = ({ role }: { readonly role: string }) => role === "user";
  const logged = history({ limit: looked }).filter(isUser);
  const shown = before.filter(isUser).at(-1);
  // It stands behind the newest one: it failed before, or was stopped.
  if (shown && isSame(shown.text, logged.at(-1)?.text ?? "")) return false;
  return logged.slice(0, -1).some((turn) => isSame(turn.text, text));
}

/** How often the same was said, and nothing else, at the end. */
function timesAtEnd(messages: readonly { readonly text: string }[], text: string): number {
  return messages.length - 1 - messages.findLastIndex((message) => !isSame(message.text, text));
}

/** What a model is told beside an application's own messages. */
export interface Additions {
  readonly system: string;
  /** What was said before all that the application shows, oldest first. */
  readonly earlier: readonly Message[];
  readonly temperature: number;
}

/**
 * What of our prompt an application's messages lack.
 *
 * @param answered the person's last message and its answers, where the log has it already
 */
export function additions(
  asked: CallOptions,
  { text, before }: Conversation,
  answered: readonly TurnView[] = [],
): Additions {
  const { system, messages, temperature } = asked;
  // What neither said stands between turns that may not be among the application's: it goes to the system text.
  const notes = messages.flatMap(({ role, content }) => (role === "system" ? [content] : []));
  const turns = messages.filter(({ role }) => role !== "system");
  const said = turns.findLastIndex(({ role, content }) => role === "user" && content === text);
  const earlier = olderThan(withoutAnswered(turns.slice(0, said), answered), before);
  return {
    system: [system, ...notes].join("\n\n"),
    // In strict alternation from the person on, which some providers insist on.
    earlier:
      earlier.length > 0 ? promptFor({ ...asked, messages: earlier }, { systemRole: "first" }).messages : [],
    temperature,
  };
}

/** The same as if the person's last message had not been answered yet. */
export function withoutAnswered(messages: readonly Message[], answered: readonly TurnView[]): Message[] {
  const rest = [...messages];
  for (const turn of [...answered].reverse()) {
    const index = rest.findLastIndex(({ role, content }) => role === turn.role && content === turn.text);
    if (index >= 0) rest.splice(index, 1);
  }
  return rest;
}

/** How far two lists of the same turns may differ: a turn that failed is in one alone, one that was too long as well. */
const reach = 8;

/** What of our messages is older than all that the application shows. */
function olderThan(messages: readonly Message[], shown: readonly Said[]): readonly Message[] {
  let end = messages.length;
  for (const { role, text } of [...shown].reverse()) {
    const from = Math.max(0, end - reach);
    const near = messages.slice(from, end);
    const found = near.findLastIndex((message) => message.role === role && isSame(message.content, text));
    if (found >= 0) end = from + found;
  }
  return messages.slice(0, end);
}

/** Whether two texts differ in white space alone: applications trim, and join what came in pieces in their own way. */
function isSame(one: string, other: string): boolean {
  return one === other || one.replace(/\s+/g, "") === other.replace(/\s+/g, "");
}
