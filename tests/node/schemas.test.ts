import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { init, validate } from "luminoracore";
import { beforeAll, expect, it } from "vitest";
import { file, root } from "../shared/cases.ts";
import { change, type Place, places, randomBelow, values } from "./variations.ts";

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
