import type { CallOptions, Capabilities, Message } from "./model.ts";

/** What a model is told, in the roles that it has. */
export interface Prompt {
  /** Empty where the messages hold it. */
  readonly system: string;
  readonly messages: readonly Message[];
}

/** System text and messages as a model with these capabilities takes them: nothing is left out. */
export function promptFor(call: CallOptions, { systemRole, jsonOutput = "schema" }: Capabilities): Prompt {
  const tellsSchema = call.responseSchema !== undefined && jsonOutput !== "schema";
  const system = tellsSchema ? joined(call.system, schemaText(call.responseSchema)) : call.system;
  if (systemRole === "first") return { system, messages: alternating(call.messages) };
  if (systemRole !== "none") return { system, messages: call.messages };
  const opening: Message[] = system === "" ? [] : [{ role: "user", content: system }];
  return { system: "", messages: alternating([...opening, ...call.messages]) };
}

/** System text and messages in one list, for providers whose first message is the system text. */
export function messagesOf({ system, messages }: Prompt): Message[] {
  return [...(system === "" ? [] : [{ role: "system", content: system } as const]), ...messages];
}

/** Tools as OpenAI takes them, and several after it. */
export function functionTools({ tools }: CallOptions): unknown {
  return tools?.length
    ? tools.map(({ name, description, parameters }) => ({
        type: "function",
        function: { name, description, parameters },
      }))
    : undefined;
}

/** The messages in strict alternation from the user on, who also says what nobody does. */
function alternating(messages: readonly Message[]): Message[] {
  const turns: Message[] = [];
  for (const { role: by, content } of messages) {
    const role = by === "assistant" ? by : "user";
    const last = turns.at(-1);
    if (last?.role === role) turns[turns.length - 1] = { role, content: joined(last.content, content) };
    else turns.push({ role, content });
  }
  if (turns[0]?.role !== "user") turns.unshift({ role: "user", content: "[start]" });
  return turns;
}

function joined(before: string, after: string): string {
  return before === "" ? after : `${before}\n\n${after}`;
}

function schemaText(schema: unknown): string {
  return `Answer with JSON alone, which matches this JSON Schema:\n${JSON.stringify(schema)}`;
}
