import { Luminora, type Part } from "luminoracore";
import { canonical } from "./canonical.ts";
import {
  answerOf,
  type Inputs,
  recordedInputs,
  recordingModel,
  recordingStorage,
  replayedInputs,
} from "./recording.ts";

/** What a run left behind. */
interface Run {
  readonly records: string;
  readonly prompts: string;
  readonly turns: number;
}

/** A run with the clock and the randomness of the environment, and the same run again from what was recorded of it. */
export interface Replayed {
  readonly first: Run;
  readonly second: Run;
  /** Recorded inputs that the second run did not ask for. */
  readonly left: number;
}

const sayings = [
  "Good morning!",
  "You're pretty",
  "I hate you",
  "I painted the harbour 🌊",
  "I miss my dog",
  "What if we draw?",
];

/** Twenty turns as they happen, recorded; then the same from the record. */
export async function recordAndReplay(document: string): Promise<Replayed> {
  const inputs = recordedInputs();
  const answers: Part[][] = [];
  const first = await talk(document, inputs, () => {
    const words = crypto.getRandomValues(new Uint32Array(3));
    const answer = answerOf(...Array.from(words, (word) => `${word.toString(36)} `));
    answers.push(answer);
    return answer;
  });
  const replayed = replayedInputs(inputs satisfies Inputs);
  const second = await talk(document, replayed, () => answers.shift() ?? []);
  return { first, second, left: replayed.left() + answers.length };
}

async function talk(
  document: string,
  { clock, random }: Pick<ReturnType<typeof recordedInputs>, "clock" | "random">,
  answer: () => Part[],
): Promise<Run> {
  const { storage, batches } = recordingStorage();
  const { model, prompts } = recordingModel(answer);
  const luminora = await Luminora.open({ storage, model, clock, random });
  const session = await luminora.createSession({ template: document, user: "diego" });
  for (let turn = 0; turn < 20; turn++) {
    await session.send(`${sayings[turn % sayings.length]} (${turn})`);
    if (turn === 8) await session.setMood("shy", 0.7);
    if (turn === 12) await session.setAffinity(60);
  }
  const turns = session.history().length;
  await luminora.close();
  return { records: canonical(batches), prompts: canonical(prompts), turns };
}
