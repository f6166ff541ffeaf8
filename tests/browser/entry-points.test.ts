import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Harness, openHarness } from "./harness.ts";
import { importMap } from "./inside.ts";

// The same conversation with every entry; `say` ends up in the title of the page.
const talk = (more = "") => `
  const luminora = await Luminora.open({ storage: memoryStorage() ${more} });
  const session = await luminora.createSession({ template: document_ ?? "alicia", user: "diego" });
  let streamed = "";
  for await (const delta of session.send("You are wonderful!")) streamed += delta;
  const { text, state } = await session.send("Thank you!");
  const said = JSON.stringify({ spoke: streamed !== "" && text !== "", points: state.affinity.points });
  await luminora.close();`;
const imports = (entry: string) =>
  `import { init, Luminora, LuminoraError, memoryStorage } from "${entry}"; const document_ = undefined;`;
const tell = "document.title = said;";
const expected = { spoke: true, points: 7 };

let folder: string;
let harness: Harness;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "luminora-entries-"));
  harness = await openHarness({ mounts: [["/entries/", folder]] });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await harness?.close();
});

/** Opens a page with this script; gives what it wrote into its title. */
async function titleOf(name: string, script: string, head = ""): Promise<unknown> {
  await writeFile(
    join(folder, `${name}.html`),
    `<!doctype html><title></title>${head}
     <script type="importmap">${JSON.stringify(importMap)}</script>
     <script type="module">${script}</script>`,
  );
  const page = await harness.open(`/entries/${name}.html`);
  await page
    .waitForFunction(() => document.title.startsWith("{"), undefined, { timeout: 15_000 })
    .catch(() => {
      throw new Error(`the page ${name} did not get to its end`);
    });
  return JSON.parse(await page.title());
}

describe("in a page without a bundler", () => {
  it("the main entry loads the core and its files by itself", async () => {
    expect(await titleOf("main", `${imports("luminoracore")} ${talk()} ${tell}`)).toEqual(expected);
  });

  it("the slim entry takes what the page has loaded", async () => {
    const load = `
      import { init, Luminora, memoryStorage } from "/luminoracore/slim.js";
      const read = async (path) => (await fetch("/luminoracore/" + path)).text();
      const document_ = await read("personalities/alicia.json");
      const packs = await Promise.all(["languages", "en", "es"].map((name) => read("packs/" + name + ".json")));
      await init({ wasm: fetch("/luminoracore/core.wasm"), packs });`;
    expect(await titleOf("slim", `${load} ${talk()} ${tell}`)).toEqual(expected);
  });

  it("the slim entry says what it needs when it was given nothing", async () => {
    const script = `
      import { Luminora } from "/luminoracore/slim.js";
      const { code, hint } = await Luminora.open().catch((error) => error);
      document.title = JSON.stringify({ code, hint });`;
    expect(await titleOf("nothing", script)).toEqual({
      code: "wasm_failed",
      hint: expect.stringContaining("init({ wasm, packs })"),
    });
  });

  it("a module worker is a place like any other", async () => {
    await writeFile(
      join(folder, "worker.js"),
      `${imports("/luminoracore/index.js")}
       onmessage = async () => { ${talk()} postMessage(said); };`,
    );
    const script = `
      const worker = new Worker("/entries/worker.js", { type: "module" });
      worker.onmessage = ({ data }) => { document.title = data; };
      worker.onerror = ({ message }) => { throw new Error(message); };
      worker.postMessage("talk");`;
    expect(await titleOf("worker", script)).toEqual(expected);
  });

  it("HTML in place of the wasm is an error that says so, and what to do", async () => {
    const script = `
      import { init, LuminoraError } from "/luminoracore/slim.js";
      const error = await init({ wasm: fetch("/entries/html.html") }).catch((error) => error);
      const { code, message, hint } = error;
      document.title = JSON.stringify({ code, message, hint, is: LuminoraError.isInstance(error) });`;
    expect(await titleOf("html", script)).toEqual({
      code: "wasm_not_served",
      message: expect.stringContaining("text/html"),
      hint: expect.stringContaining("optimizeDeps"),
      is: true,
    });
  });

  it("wasm that is not there is an error with its status, and the next try works", async () => {
    const script = `
      import { init, Luminora } from "/luminoracore/slim.js";
      const { code, message } = await init({ wasm: fetch("data:application/wasm,").then(() => new Response("", { status: 404 })) })
        .catch((error) => error);
      await init({ wasm: fetch("/luminoracore/core.wasm") });
      const luminora = await Luminora.open();
      await luminora.close();
      document.title = JSON.stringify({ code, message });`;
    expect(await titleOf("missing", script)).toEqual({
      code: "wasm_not_served",
      message: expect.stringContaining("404"),
    });
  });
});

describe("without a network", () => {
  // Everything through which a page could reach a server.
  const cut = `
    for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "RTCPeerConnection", "WebTransport"]) {
      globalThis[name] = function () { throw new Error(name + " was called"); };
    }
    navigator.sendBeacon = () => { throw new Error("sendBeacon was called"); };`;

  it("the inline entry works where the page may connect to nothing", async () => {
    const policy = `<meta http-equiv="Content-Security-Policy" content="connect-src 'none'">`;
    const script = `${imports("/luminoracore/inline.js")} ${cut} ${talk()} ${tell}`;
    expect(await titleOf("inline", script, policy)).toEqual(expected);
  });

  it("the main entry needs no network once it is loaded", async () => {
    const script = `
      ${imports("luminoracore")}
      import { indexedDbStorage } from "luminoracore";
      const first = await Luminora.open({ storage: memoryStorage() });
      const { document } = await first.templates.get("alicia");
      await first.close();
      ${cut}
      const luminora = await Luminora.open({ storage: indexedDbStorage({ name: "cut" }) });
      const session = await luminora.createSession({ template: document, user: "diego" });
      await session.send("You are wonderful!");
      const snapshot = await session.exportSnapshot();
      const points = session.state.affinity.points;
      await luminora.erase({ user: "diego", purge: true });
      const { session: id } = await luminora.importSnapshot(snapshot);
      const again = await luminora.createSession({ session: id, user: "diego" });
      globalThis.document.title = JSON.stringify({ same: again.state.affinity.points === points });
      await luminora.close();`;
    expect(await titleOf("cut", script)).toEqual({ same: true });
  });
});
