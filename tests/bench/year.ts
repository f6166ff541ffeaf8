// A year of a relationship, drawn: 2,000 turns on two devices that share a storage, with days on which nobody comes,
// and clocks that jump. Nothing here is a time that depends on the machine.

import assert from "node:assert/strict";
import { Luminora, manualModel, memoryStorage, type Storage, type StorageListener } from "luminoracore";
import { fakeClock, seededRandom } from "luminoracore/testing";
import { read } from "./documents.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const turns = 2_000;
const columns = 73;

const sayings = [
  "Good morning!",
  "You're pretty",
  "I love talking to you!!!",
  "This is useless, you are stupid",
  "My name is Diego and I live in Lima",
  "The bus was late again.",
  "Thank you, that helped a lot",
  "I'm so sad today, my dog Max died",
  "What do you think about the sea?",
  "I moved to Cusco",
  "I passed my exam!",
  "Shut up",
];

/** Plays the year and draws the points of affinity over it, one column for five days. */
export async function drawYear(): Promise<string[]> {
  const document = JSON.parse(read("personalities", "alicia.json"));
  document.affinity_config = { daily_cap: 12, decay_per_day: 4, grace_days: 2, hysteresis: 3 };
  const begin = Date.UTC(2026, 0, 1);
  const clock = fakeClock(begin);
  const faces = shared(memoryStorage(), 3);
  const random = seededRandom(11);
  const below = (bound: number) => {
    const [a = 0, b = 0, c = 0, d = 0] = random(4);
    return (((a << 24) >>> 0) + (b << 16) + (c << 8) + d) % bound;
  };
  // One clock is a minute and a half ahead of the other.
  const devices = await Promise.all(
    [0, 90_000].map((ahead, index) =>
      Luminora.open({
        storage: faces[index] as Storage,
        model: manualModel(),
        clock: () => clock() + ahead,
        random: seededRandom(index),
      }),
    ),
  );
  const [first, second] = devices as [Luminora, Luminora];
  const { id } = await first.createSession({ template: document, user: "diego" });
  const sessions = await Promise.all(
    devices.map((device) => device.createSession({ session: id, user: "diego" })),
  );
  const path: number[] = [];
  let least = 100;
  let most = 0;
  for (let turn = 0; turn < turns; turn++) {
    const left = (begin + 365 * day - clock()) / (turns - turn);
    clock.advance(gap(below, left));
    const present = clock();
    // Twice in the year a clock is wrong: three turns 400 days ahead, then two a month behind.
    if (turn >= 700 && turn < 703) clock.advance(400 * day);
    if (turn >= 1400 && turn < 1402) clock.set(present - 30 * day);
    const session = sessions[below(3) === 0 ? 1 : 0];
    assert(session);
    const { state } = await session.send(sayings[below(sayings.length)] ?? "");
    clock.set(present);
    const points = state?.affinity.points ?? Number.NaN;
    assert(points >= 0 && points <= 100 && Number.isInteger(points), `${points} points`);
    assert((state?.mood.intensity ?? 2) <= 1);
    least = Math.min(least, points);
    most = Math.max(most, points);
    const column = Math.min(columns - 1, Math.floor((present - begin) / ((365 * day) / columns)));
    if (turn < 700 || turn > 703) path[column] = points;
  }
  const states = sessions.map((session) => session.state.affinity.points);
  assert.deepEqual(new Set(states).size, 1, "both devices agree");
  const reopened = await Luminora.open({ storage: faces[2] as Storage, model: manualModel(), clock });
  const again = await reopened.createSession({ session: id, user: "diego" });
  assert.equal(again.state.affinity.points, states[0], "and so does the log");
  const { turns: counted, level_path } = again.analytics();
  assert.equal(counted.user, turns);
  for (const device of [first, second, reopened]) await device.close();
  return [
    ...plot(path),
    `${turns.toLocaleString("en")} turns, ${least} to ${most} points, ${level_path.length} changes of level; ends at ${states[0]}`,
  ];
}

/** One storage with several faces, each of which hears what the others append, as the tabs of a browser do. */
function shared(storage: Storage, count: number): Storage[] {
  const listeners = new Map<number, StorageListener>();
  return Array.from({ length: count }, (_, index) => ({
    async append(owner, records, options) {
      await storage.append(owner, records, options);
      for (const [other, listener] of listeners)
        if (other !== index) listener(owner, records, options?.replace ?? false);
    },
    scan: (owner, options) => storage.scan(owner, options),
    owners: () => storage.owners(),
    erase: (owner) => storage.erase(owner),
    async close() {},
    subscribe(listener) {
      listeners.set(index, listener);
      return () => listeners.delete(index);
    },
  }));
}

/** Mostly minutes, sometimes hours, and now and then days: `mean` on the whole. */
function gap(below: (bound: number) => number, mean: number): number {
  const kind = below(100);
  const factor = kind < 80 ? 0.1 : kind < 98 ? 1.5 : 32;
  return Math.min(Math.round(mean * factor), 9 * day) + below(minute);
}

function plot(path: readonly (number | undefined)[]): string[] {
  const lines: string[] = [];
  for (let points = 100; points >= 0; points -= 10) {
    let line = `${String(points).padStart(5)} |`;
    let last = 0;
    for (let column = 0; column < columns; column++) {
      last = path[column] ?? last;
      line += Math.round(last / 10) * 10 === points ? (path[column] === undefined ? "·" : "●") : " ";
    }
    lines.push(line.trimEnd());
  }
  lines.push(
    `      +${"-".repeat(columns)}`,
    `       ${"JFMAMJJASOND"
      .split("")
      .map((month) => month.padEnd(6))
      .join("")}`,
  );
  return lines;
}
