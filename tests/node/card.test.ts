import { convertCard, exportCard, init, Luminora, memoryStorage, scriptedModel } from "luminoracore";
import { beforeAll, expect, it } from "vitest";
import { throughTemplate } from "../shared/card.ts";
import * as cardFiles from "../shared/card-files.ts";
import { cards, file } from "../shared/cases.ts";
import { cardSuite } from "../shared/suites/card.ts";
import { cardFilesSuite } from "../shared/suites/card-files.ts";

beforeAll(() => init());

cardSuite(throughTemplate);

cardFilesSuite(cardFiles);

it("a converted card can be talked to as it is", async () => {
  const luminora = await Luminora.open({ storage: memoryStorage(), model: scriptedModel() });
  const found = cards.find(({ about }) => about.startsWith("A card as editors"));
  const { template } = convertCard(found?.card ?? {});
  const session = await luminora.createSession({ template, user: "Diego" });
  const { text } = await session.send("Hello!");
  expect([
    "Mind the step, Diego. The papyrus has opinions about visitors.",
    "You came back! Sit where it is dry.",
  ]).toContain(text);
  const { system } = session.preview("The papyrus?");
  expect(system).toContain("Write the next reply of Mirembe Okello to Diego.");
  expect(system).toContain("Papyrus filters the whole bay.");
  expect(system).not.toContain("{{");
  await luminora.close();
});

it("what is no card, and what is no format, is refused", () => {
  const refusal = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      const { code, path, hint } = error as { code: string; path: string; hint?: string };
      return [code, path, typeof hint];
    }
    return undefined;
  };
  expect(refusal(() => convertCard({ hello: "world" }))).toEqual(["unsupported_format", "", "string"]);
  expect(refusal(() => convertCard("{"))).toEqual(["unsupported_format", "", "string"]);
  const image = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  expect(refusal(() => convertCard(image))).toEqual(["unsupported_format", "", "string"]);
  expect(refusal(() => convertCard({ spec: "chara_card_v2", data: 1 }))).toEqual([
    "unsupported_format",
    "/data",
    "string",
  ]);
  const tove = file("tests/cases/templates/tove.json");
  expect(refusal(() => exportCard(tove, { format: "v9" as "v3" }))).toEqual([
    "invalid_argument",
    "/format",
    "undefined",
  ]);
  expect(refusal(() => exportCard("{}"))?.[0]).toBe("invalid_template");
});
