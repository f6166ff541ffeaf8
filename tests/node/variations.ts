import { seededRandom } from "../../js/testing/seeded-random.ts";

/** Values that are wrong nearly everywhere, and right in a few places. */
export const values = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  1.5,
  20,
  101,
  1e300,
  "",
  " ",
  "\u00a0",
  "\ufeff",
  "x",
  "neutral",
  "friendly",
  "en",
  "1.0.0",
  "1.0",
  ...[50, 51, 100, 101, 200, 201, 300, 301, 500, 501, 1000, 1001, 2000, 2001].map((count) =>
    "😀".repeat(count),
  ),
  [],
  [""],
  ["x"],
  ["x", "x"],
  ["x", 1],
  [0, 20],
  [20, 0, 1],
  Array(21).fill("x"),
  Array.from({ length: 101 }, (_, index) => `x${index}`),
  {},
  { x: 1 },
  { x: "x" },
  { pattern: "x", weight: 2 },
  { text: "x" },
  { name: "x", affinity_range: [0, 100] },
  -10,
  -11,
  4294967295,
  4294967296,
  "active",
  "trigger",
  "2026-01-31T08:00:00.000Z",
  "2026-02-31T08:00:00Z",
  "2026-01-31T08:00:00.1234567890Z",
  "2026-01-31T08:00:00+01:00",
  `sha256:${"a".repeat(64)}`,
  `sha256:${"A".repeat(64)}`,
  [[0, 4]],
  [[0, 0.5]],
  [{ name: "x" }],
];

/** A value of a document, as what holds it and where. */
export type Place = [holder: Record<string, unknown>, key: string];

/** Every value of a document, as its place in what holds it. */
export function places(document: object): Place[] {
  const found: Place[] = [];
  const visit = (holder: Record<string, unknown>) => {
    for (const key of Object.keys(holder)) {
      found.push([holder, key]);
      const value = holder[key];
      if (typeof value === "object" && value !== null) visit(value as Record<string, unknown>);
    }
  };
  visit(document as Record<string, unknown>);
  return found;
}

/** Changes one place of a document: takes it away, puts another value there, repeats an item, or adds a key. */
export function change(document: object, random: (below: number) => number): void {
  const all = places(document);
  const [holder, key] = all[random(all.length)] as Place;
  const list = Array.isArray(holder) ? (holder as unknown[]) : undefined;
  switch (random(4)) {
    case 0:
      if (list) list.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      if (list) list.push(list[random(list.length)]);
      else holder[`${key}_too`] = structuredClone(holder[key]);
      break;
    default:
      holder[key] = structuredClone(values[random(values.length)]);
  }
}

/** Whole numbers from 0 to below a limit; the same seed gives the same ones. */
export function randomBelow(seed: number): (below: number) => number {
  const bytes = seededRandom(seed);
  return (below) => new DataView(bytes(4).buffer).getUint32(0) % Math.max(1, below);
}
