import { unzipSync } from "fflate";
import { convertCard, exportCard, init, LuminoraError } from "luminoracore";
import { beforeAll, expect, it } from "vitest";
import { throughArchives } from "../shared/card-files.ts";
import { file } from "../shared/cases.ts";

beforeAll(() => init());

const tove = file("tests/cases/templates/tove.json");
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

it("archives are such as another program reads", async () => {
  const { picture, base } = await throughArchives(tove);
  const withPicture = unzipSync(picture);
  expect(Object.keys(withPicture)).toEqual(["card.json", "assets/icon/images/main.png"]);
  expect(JSON.parse(text(withPicture["card.json"])).data.assets).toEqual([
    { type: "icon", uri: "embeded://assets/icon/images/main.png", name: "main", ext: "png" },
  ]);
  const others = unzipSync(base);
  expect(Object.keys(others)).toEqual(["card.json", "assets/a.bin", "assets/ñ.bin"]);
  expect(text(others["assets/a.bin"])).toBe("a picture, say");
  expect(text(others["assets/ñ.bin"])).toBe("last");
  expect(JSON.parse(text(others["card.json"])).spec).toBe("chara_card_v3");
});

it("whatever happens to an archive, it is refused or gives a card", async () => {
  const { base } = await throughArchives(tove);
  // A generator of our own, so that a failure can be had again.
  let state = 1;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const directory = base.length - 250;
  let refused = 0;
  for (let round = 0; round < 500; round++) {
    const archive = base.slice(0, round % 5 === 0 ? below(base.length) : base.length);
    for (let change = below(3); change >= 0; change--) {
      archive[round % 2 ? below(100) : directory + below(250)] = below(4) ? below(256) : 255;
    }
    archive.set([0x50, 0x4b, 3, 4].slice(0, archive.length));
    for (const act of [
      () => convertCard(archive),
      () => exportCard(tove, { format: "charx", image: archive }),
    ]) {
      try {
        act();
      } catch (error) {
        expect(error, `round ${round}`).toBeInstanceOf(LuminoraError);
        expect((error as LuminoraError).code, `round ${round}`).not.toBe("wasm_failed");
        refused += 1;
      }
    }
  }
  expect(refused).toBeGreaterThan(250);
});
