import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { failingModelSuite } from "../shared/suites/failing-model.ts";
import { type Inside, openInside } from "./inside.ts";

let browser: Inside;
let tab: Page;

beforeAll(async () => {
  browser = await openInside();
  // Chromium itself logs every status and every refused connection as an error.
  tab = await browser.open({ expectErrors: true });
});

afterAll(() => browser?.close());

let count = 0;
// One for each protocol.
failingModelSuite(["openai-compatible", "anthropic", "google", "llama"], (trial) =>
  tab.evaluate(
    ({ trial, name }) => inside.tryFailingModel(inside.luminoracore.indexedDbStorage({ name }), trial),
    { trial, name: `failing-model-${count++}` },
  ),
);
