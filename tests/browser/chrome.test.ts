import { expect, it } from "vitest";
import { chromeSuite } from "../shared/suites/chrome.ts";
import { tabForAll } from "./inside.ts";

const tab = tabForAll();

chromeSuite({
  // Without the types of the arguments, which are too deep for the compiler here.
  callBrowser: (...args) =>
    tab().evaluate((args) => inside.chrome.callBrowser(...(args as [never, never])), args as unknown[]),
  talkToBrowser: () =>
    tab().evaluate(() =>
      inside.chrome.talkToBrowser(inside.luminoracore.indexedDbStorage({ name: "chrome" })),
    ),
});

it("a worker is told that it has none", async () => {
  const told = await tab().evaluate(async () => {
    const source = `
      const { chrome } = await import("${location.origin}/luminoracore/index.js");
      const messages = [{ role: "user", content: "Hi" }];
      const call = { system: "", messages, temperature: 1, signal: new AbortController().signal };
      try {
        for await (const part of chrome().call(call)) postMessage(part);
      } catch ({ code, message }) {
        postMessage({ code, message });
      }`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
    });
  });
  expect(told).toMatchObject({ code: "model_unsupported", message: expect.stringContaining("window") });
});
