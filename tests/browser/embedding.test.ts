import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { embeddingSuite } from "../shared/suites/embedding.ts";
import { type Inside, openInside } from "./inside.ts";

let browser: Inside;
let tab: Page;

beforeAll(async () => {
  browser = await openInside();
  // Chromium itself logs every status and every refused connection as an error.
  tab = await browser.open({ expectErrors: true });
});

afterAll(() => browser?.close());

embeddingSuite((trial) => tab.evaluate((trial) => inside.tryEmbedding(trial), trial));
