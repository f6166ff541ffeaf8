import { LuminoraError } from "../errors.ts";
import { personalityUrls } from "../generated/personality-urls.ts";
import type { Assets } from "../runtime.ts";

// Bundlers find the files by these very expressions, so each is written out.
const urls = {
  wasm: new URL("./core.wasm", import.meta.url),
  packs: [
    new URL("./packs/languages.json", import.meta.url),
    new URL("./packs/en.json", import.meta.url),
    new URL("./packs/es.json", import.meta.url),
  ],
  personalities: new URL("./personalities.json", import.meta.url),
};

/** Files beside the JavaScript, fetched when they are needed. */
export const fetchedAssets: Assets = {
  async core() {
    const wasm = fetchFile(urls.wasm);
    const packs = await Promise.all(urls.packs.map(async (url) => await (await fetchFile(url)).text()));
    return { wasm, packs };
  },
  async personalities() {
    return await (await fetchFile(urls.personalities)).json();
  },
  async personality(key) {
    const url = personalityUrls[key];
    if (!url) throw new LuminoraError("unknown_template", `No bundled personality is called ${key}.`);
    return await (await fetchFile(url)).text();
  },
};

async function fetchFile(url: URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new LuminoraError("wasm_not_served", `${url.href} could not be fetched.`, { cause });
  }
  if (!response.ok) {
    throw new LuminoraError("wasm_not_served", `The server answered ${response.status} for ${url.href}.`, {
      hint: "Serve the files of the package (core.wasm, packs, personalities) beside its JavaScript.",
    });
  }
  return response;
}
