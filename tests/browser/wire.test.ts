import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { wireSuite } from "../shared/suites/wire.ts";
import { type Inside, openInside } from "./inside.ts";

let browser: Inside;
let tab: Page;

beforeAll(async () => {
  browser = await openInside();
  // Chromium itself logs every status and every refused connection as an error.
  tab = await browser.open({ expectErrors: true });
});

afterAll(() => browser?.close());

wireSuite({
  // As text: the type of a schema is endless.
  askModel: (question) => tab.evaluate((text) => inside.askModel(JSON.parse(text)), JSON.stringify(question)),
  askAll: (question, texts) =>
    tab.evaluate(([text, texts]) => inside.askAll(JSON.parse(text), texts), [
      JSON.stringify(question),
      texts,
    ] as const),
  countPieces: (...args) => tab.evaluate((args) => inside.countPieces(...args), args),
  oneByOne: false,
  pause: 3,
});
