import {
  type AnyModel,
  Luminora,
  LuminoraError,
  manualModel,
  type Part,
  type Session,
  type SessionStatus,
  scriptedModel,
} from "luminoracore";
import { fakeClock } from "luminoracore/testing";
import { canonical, hash, sorted } from "./canonical.ts";
import { contentsOf, everything, recordingModel, recordingStorage, storageOf } from "./recording.ts";

/** A file of `tests/cases/conversation/`; `tests/it/conversation.rs` says what its fields mean. */
export interface Conversation {
  readonly name: string;
  readonly template: string;
  readonly steps: readonly Step[];
  readonly expect: { readonly records_sha256: string; readonly prompts_sha256: string };
}

interface Step {
  readonly minutes: number;
  readonly command: Command;
  readonly answer?: readonly string[];
  readonly usage?: readonly [number, number];
  readonly fails?: boolean;
  readonly finishes?: boolean;
}

type Command =
  | { type: "create-session"; title?: string }
  | {
      type: "send";
      text: string;
      language?: string;
      mask?: { parameters?: Record<string, number>; temperature?: number };
      max_output_tokens?: number;
      model?: { kind: "scripted" | "manual"; seed?: number; reply?: string };
    }
  | { type: "reply"; text: string }
  | { type: "set-mood"; name: string; intensity?: number }
  | { type: "set-affinity"; points: number }
  | { type: "update-session"; title?: string; status?: SessionStatus };

/** What came of a conversation. */
export interface Outcome {
  readonly records_sha256: string;
  readonly prompts_sha256: string;
  /** The steps that failed, by number from 1. */
  readonly failed: number[];
  /** The state in the object that talked, and in one that was opened on what it stored. */
  readonly states: [live: string, reopened: string];
}

const user = "diego";

/** Holds a conversation through the public API. `document` is the text of its template. */
export async function converse(conversation: Conversation, document: string): Promise<Outcome> {
  const clock = fakeClock();
  let step: Step | undefined;
  let number = 0;
  // All draws of one step are the same bytes: its number, and zeros.
  const random = (length: number) => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
    return bytes;
  };
  const { storage, batches } = recordingStorage();
  const { model, prompts } = recordingModel(() => partsOf(step as Step));
  const luminora = await Luminora.open({ storage, model, clock, random });
  const failed: number[] = [];
  let session: Session | undefined;
  for (step of conversation.steps) {
    number++;
    clock.advance(step.minutes * 60_000);
    try {
      if (step.command.type === "create-session") {
        const { title } = step.command;
        session = await luminora.createSession({
          template: document,
          user,
          ...(title !== undefined && { title }),
        });
      } else {
        await perform(session as Session, step.command);
      }
    } catch (error) {
      if (!LuminoraError.isInstance(error)) throw error;
      failed.push(number);
    }
  }
  const { id } = session as Session;
  const reopened = await Luminora.open({ storage: await storageOf(await everything(storage)), clock });
  const again = await reopened.createSession({ session: id, user });
  const states = [session as Session, again].map(({ state }) => canonical(state)) as [string, string];
  const stored = sorted(await everything(storage));
  await reopened.close();
  await luminora.close();
  // The batches, one after the other, are what the storage holds.
  const rebuilt = await storageOf(batches.flat());
  if ((await contentsOf(rebuilt)) !== canonical(stored)) throw new Error("the storage lost a batch");
  return { records_sha256: await hash(batches), prompts_sha256: await hash(prompts), failed, states };
}

async function perform(
  session: Session,
  command: Exclude<Command, { type: "create-session" }>,
): Promise<void> {
  switch (command.type) {
    case "send": {
      const { text, model, type, max_output_tokens, ...options } = command;
      await session.send(text, {
        ...options,
        ...(model && { model: declared(model) }),
        ...(max_output_tokens !== undefined && { maxOutputTokens: max_output_tokens }),
      });
      break;
    }
    case "reply":
      await session.reply(command.text);
      break;
    case "set-mood":
      await session.setMood(command.name, command.intensity);
      break;
    case "set-affinity":
      await session.setAffinity(command.points);
      break;
    case "update-session": {
      const { type, ...changes } = command;
      await session.update(changes);
    }
  }
}

function declared({
  kind,
  seed,
  reply,
}: {
  kind: "scripted" | "manual";
  seed?: number;
  reply?: string;
}): AnyModel {
  if (kind === "manual") return manualModel();
  return scriptedModel({
    ...(seed !== undefined && { seed }),
    ...(reply !== undefined && { replies: [reply] }),
  });
}

/** What the called model gives in this step; an answer that fails breaks off, unless it `finishes`. */
function* partsOf({ answer = [], usage, fails, finishes }: Step): Generator<Part> {
  for (const text of answer) yield { type: "text-delta", text };
  if (usage) yield { type: "usage", inputTokens: usage[0], outputTokens: usage[1] };
  if (!fails || finishes) yield { type: "finish", reason: "stop" };
}
