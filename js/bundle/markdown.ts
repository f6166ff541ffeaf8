// A person's log as a text to read: for people, not to be imported again. Whatever was said stands in it as it was said,
// and none of it can look like a heading, a list or a link of ours.
import { ask } from "../ask.ts";
import type { Host } from "../driver.ts";
import type {
  EpisodeView,
  FactView,
  MemoryView,
  NoteView,
  SessionState,
  SessionSummary,
  TurnView,
} from "../generated/types.ts";

/** See `Luminora.exportMarkdown`. The core knows the log already. */
export function exportMarkdown({ core, clock }: Host, user: string): string {
  const now = clock();
  const sessions = ask(() => core.sessions(user) as SessionSummary[]).sort(
    (a, b) => order(a.started_at, b.started_at) || order(a.id, b.id),
  );
  const memories = ask(() => core.memories(user, { status: "all" }, now) as MemoryView[]);
  const facts = memories.filter((memory) => memory.type === "fact");
  const episodes = memories
    .filter((memory) => memory.type === "episode")
    .sort((a, b) => order(a.timestamp, b.timestamp) || order(a.id, b.id));
  const notes = ask(() => core.notes(user) as NoteView[]);
  const lines = [`# ${inline(user)}`, "", `As of ${time(new Date(now).toISOString())}.`, ""];
  if (facts.length > 0) lines.push("## What is known", "", ...facts.map(factLine), "");
  for (const [index, { id }] of notes.entries()) {
    if (index === 0) lines.push("## Notes", "");
    const [note] = ask(() => core.notes(user, id) as [NoteView]);
    lines.push(...noteLines(note));
  }
  for (const instance of new Set(sessions.map(({ instance }) => instance))) {
    const conversations = sessions.filter((session) => session.instance === instance);
    const last = conversations.at(-1) as SessionSummary;
    const state = ask(() => core.sessionState(user, last.id, now) as SessionState);
    lines.push(...personalityLines(last, state));
    const told = episodes.filter((episode) => episode.instance === instance);
    if (told.length > 0) lines.push("### What happened", "", ...told.map(episodeLine), "");
    for (const session of conversations) {
      const turns = ask(() => core.history(user, session.id, {}) as TurnView[]);
      lines.push(...conversationLines(user, session, turns));
    }
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function factLine(fact: FactView): string {
  const { category, key, value, mention_count, last_updated, confidence, status } = fact;
  const details = [
    `told ${mention_count === 1 ? "once" : `${mention_count} times`}`,
    `last on ${day(last_updated)}`,
    ...(confidence < 1 ? [`${Math.round(confidence * 100)} % sure`] : []),
    ...(status === "active" ? [] : [status]),
  ];
  const name = `${category.replaceAll("_", " ")}, ${key.replaceAll("_", " ")}`;
  return `- **${inline(name)}**: ${inline(textOf(value))} (${details.join(", ")})`;
}

function noteLines({ title, source, domain, tags, created_at, text }: NoteView): string[] {
  const details = [`From ${inline(source)}`, `kept on ${day(created_at)}`, `about ${inline(domain)}`];
  if (tags.length > 0) details.push(`tags: ${tags.map(inline).join(", ")}`);
  return [`### ${inline(title ?? source)}`, "", `${details.join("; ")}.`, "", ...quoted(text ?? ""), ""];
}

function personalityLines({ template }: SessionSummary, { affinity, mood }: SessionState): string[] {
  const { points, level, total_messages } = affinity;
  return [
    `## ${inline(template.name)}`,
    "",
    `${inline(template.description)} (Version ${inline(template.version)}.)`,
    "",
    `- Closeness: ${points} of 100, "${inline(level)}", after ${total_messages} messages`,
    `- Mood: ${inline(mood.current)}, ${Math.round(mood.intensity * 100)} %, since ${time(mood.since)}`,
    "",
  ];
}

function episodeLine({ title, summary, timestamp, episode_type, status }: EpisodeView): string {
  const details = [
    day(timestamp),
    episode_type.replaceAll("_", " "),
    ...(status === "active" ? [] : [status]),
  ];
  return `- **${inline(title)}** (${details.join(", ")}): ${inline(summary)}`;
}

function conversationLines(user: string, session: SessionSummary, turns: readonly TurnView[]): string[] {
  const title = session.title ? `: ${inline(session.title)}` : "";
  const lines = [`### Conversation of ${day(session.started_at)}${title}`, ""];
  for (const { role, text, at } of turns) {
    const speaker = role === "user" ? user : role === "assistant" ? session.template.name : "Tool";
    lines.push(`**${inline(speaker)}**, ${time(at)}`, "", ...quoted(text), "");
  }
  return lines;
}

/** A text in one line, every character of which stands for itself. */
function inline(text: string): string {
  return escaped(text.replace(/\s+/gu, " ").trim());
}

/** A text as a quotation. No line of it begins anything, and none can end the quotation. */
function quoted(text: string): string[] {
  const lines = text
    .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, "\n")
    .trimEnd()
    .split("\n");
  return lines.map((line, index) => {
    const body = line.trimStart();
    const indent = "&nbsp;".repeat(line.length - body.length);
    // Two spaces at the end keep the lines apart.
    const end = body !== "" && index < lines.length - 1 ? "  " : "";
    return `> ${indent}${escaped(body).replace(/^([+=-]|\d+(?=[.)]))/, start)}${end}`.trimEnd() + end;
  });
}

function start(marker: string): string {
  return /\d/.test(marker) ? `${marker}\\` : `\\${marker}`;
}

function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what nobody can see is left out
  const visible = text.replace(/[\u0000-\u0008\u000e-\u001f\u007f]/g, "");
  return visible.replace(/[\\`*_{}[\]<>#|~&$]/g, "\\$&");
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => order(a, b)))
      : member,
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function day(at: string): string {
  return at.slice(0, 10);
}

function time(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}
