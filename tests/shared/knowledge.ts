import { Luminora, memoryStorage, type Preview } from "luminoracore";
import { answerOf, type Prompt, recordingModel } from "./recording.ts";

/** One of `tests/cases/knowledge/turns.json`; `tests/it/knowledge.rs` says what its fields mean. */
export interface KnowledgeCase {
  readonly name: string;
  readonly knowledge: object;
  readonly user?: string;
  readonly said?: readonly (readonly [person: string, personality: string])[];
  readonly text: string;
  readonly entries: readonly string[];
  readonly warnings?: readonly (readonly [code: string, path: string])[];
  readonly messages?: readonly (readonly [role: string, content: string])[];
  readonly contains?: readonly string[];
  readonly lacks?: readonly string[];
}

/** What a case comes to: the dry run, and what the model is asked. */
export interface Brought {
  readonly preview: Preview;
  readonly prompt: Prompt | undefined;
}

/** Has a conversation through the public API. `document` is the text of its template. */
export async function bringUp(
  { user = "diego", said = [], text }: KnowledgeCase,
  document: string,
): Promise<Brought> {
  let answer = "";
  const { model, prompts } = recordingModel(() => answerOf(answer || "Aye."));
  const luminora = await Luminora.open({ model, storage: memoryStorage() });
  const session = await luminora.createSession({ template: document, user });
  for (const [words, reply] of said) {
    answer = reply;
    await session.send(words);
  }
  const preview = session.preview(text);
  await session.send(text);
  await luminora.close();
  return { preview, prompt: prompts.at(-1) };
}
