import type { CallOptions, Part } from "luminoracore";

/** What a model is asked, where it does not matter what. */
export function question(options: Partial<CallOptions> = {}): CallOptions {
  return {
    system: "You are Luna.",
    messages: [{ role: "user", content: "Hi" }],
    temperature: 0.7,
    signal: new AbortController().signal,
    ...options,
  };
}

/** All parts of an answer. */
export async function collect(parts: AsyncIterable<Part>): Promise<Part[]> {
  const collected: Part[] = [];
  for await (const part of parts) collected.push(part);
  return collected;
}

/** The text in the parts of an answer. */
export async function textOf(parts: Promise<readonly Part[]>): Promise<string> {
  return (await parts).map((part) => (part.type === "text-delta" ? part.text : "")).join("");
}
