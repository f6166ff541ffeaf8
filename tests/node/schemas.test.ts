import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { init, validate } from "luminoracore";
import { beforeAll, expect, it } from "vitest";
import { seededRandom } from "../../js/testing/seeded-random.ts";
import { file, root } from "../shared/cases.ts";

// Errors that a schema cannot say: names that must be defined elsewhere in the document, what concerns several values,
// syntax of patterns, dates that exist, sizes of the whole.
const beyond = new Set([
  "bad_date_time",
  "bad_pattern",
  "duplicate_id",
  "duplicate_level",
  "range_overlap",
  "range_reversed",
  "too_deep",
  "too_large",
  "unknown_interaction",
  "unknown_mood",
]);

const randomDocuments = 2_000;
const values = [
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
];

beforeAll(() => init());

it("the schema and the validator agree on every document, but for what a schema cannot say", () => {
  const conforms = new Ajv2020({ strict: true }).compile(JSON.parse(file("schemas/template.json")));
  const verdicts = { valid: 0, invalid: 0, beyond: 0 };
  const compare = (document: object) => {
    const text = JSON.stringify(document);
    const errors = validate(text, { lint: false }).problems.filter(({ severity }) => severity === "error");
    const sayable = errors.filter(({ code }) => !beyond.has(code));
    expect(conforms(document), `${JSON.stringify([sayable, conforms.errors], null, 1)}\n${text}`).toBe(
      sayable.length === 0,
    );
    verdicts[errors.length === 0 ? "valid" : sayable.length === 0 ? "beyond" : "invalid"] += 1;
  };

  // Every value at every place of one document that has all sections.
  const tove = file("tests/cases/templates/tove.json");
  for (let place = 0; place < places(JSON.parse(tove)).length; place++) {
    for (const value of values) {
      const document = JSON.parse(tove);
      const [holder, key] = places(document)[place] as Place;
      holder[key] = structuredClone(value);
      compare(document);
    }
  }
  // Several changes at once, to all others.
  const random = randomBelow(11);
  const sources = readdirSync(join(root, "personalities")).map((name) => file(`personalities/${name}`));
  for (let count = 0; count < randomDocuments; count++) {
    const document = JSON.parse(sources[count % sources.length] as string);
    for (let changes = random(3); changes >= 0; changes--) change(document, random);
    compare(document);
  }
  // The comparison means something only if every verdict is common.
  expect(verdicts.valid).toBeGreaterThan(500);
  expect(verdicts.invalid).toBeGreaterThan(500);
  expect(verdicts.beyond).toBeGreaterThan(20);
});

type Place = [holder: Record<string, unknown>, key: string];

/** Every value of a document, as its place in what holds it. */
function places(document: object): Place[] {
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
function change(document: object, random: (below: number) => number): void {
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

function randomBelow(seed: number): (below: number) => number {
  const bytes = seededRandom(seed);
  return (below) => new DataView(bytes(4).buffer).getUint32(0) % Math.max(1, below);
}
