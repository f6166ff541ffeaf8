import { readFileSync } from "node:fs";
import { join } from "node:path";
import { init, Luminora, memoryStorage } from "luminoracore";
import { expect, it } from "vitest";
import { root } from "../shared/cases.ts";

it("20,000 recalls leave nothing behind in the core's memory", async () => {
  let memory: WebAssembly.Memory | undefined;
  // The package keeps its memory to itself.
  WebAssembly.Instance = class extends WebAssembly.Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      memory = this.exports.memory as WebAssembly.Memory;
    }
  };
  const wasm = new WebAssembly.Module(readFileSync(join(root, "pkg", "core.wasm")));
  const packs = ["languages", "en"].map((name) => readFileSync(join(root, "pkg", "packs", `${name}.json`)));
  await init({ wasm, packs });
  const luminora = await Luminora.open({ storage: memoryStorage() });
  const session = await luminora.createSession({ template: "alicia", user: "ana" });
  for (const what of ["dog", "garden", "violin", "harbour"]) await session.send(`I like my ${what} a lot.`);
  await luminora.importNotes("# Tides\n\nThe harbour is deepest at noon.", { user: "ana", source: "tides" });
  const recall = async (times: number) => {
    for (let call = 0; call < times; call++) {
      const found = await session.recall(`What of the ${call % 2 ? "harbour" : "dog"} number ${call}?`);
      if (found.length === 0) throw new Error("nothing was found");
    }
  };
  await recall(1_000);
  const before = memory?.buffer.byteLength;
  await recall(19_000);
  expect(before).toBeGreaterThan(1 << 20);
  expect(memory?.buffer.byteLength).toBe(before);
  await luminora.close();
});
