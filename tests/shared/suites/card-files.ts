import { expect, it } from "vitest";
import type * as cardFiles from "../card-files.ts";
import { file } from "../cases.ts";

type Files = typeof cardFiles;

/** The functions of `card-files.ts`, here or in a browser. */
export interface CardFiles {
  readImages(): ReturnType<Files["readImages"]>;
  refuseImages(): ReturnType<Files["refuseImages"]>;
  throughImage(document: string): ReturnType<Files["throughImage"]>;
  readArchives(): ReturnType<Files["readArchives"]>;
  refuseArchives(): ReturnType<Files["refuseArchives"]>;
  throughArchives(
    document: string,
  ): Promise<Omit<Awaited<ReturnType<Files["throughArchives"]>>, "picture" | "base">>;
  refuseExports(document: string): ReturnType<Files["refuseExports"]>;
}

const v2 = '{"spec":"chara_card_v2","spec_version":"2.0","data":{"name":"Tove","description":"Ñandú 𝒳."}}';
const v3 = '{"spec":"chara_card_v3","spec_version":"3.0","data":{"name":"New","description":"At sea."}}';

/** Images and archives with cards, through the public API. */
export function cardFilesSuite(files: CardFiles): void {
  const tove = file("tests/cases/templates/tove.json");

  it("card files: every kind of text in an image is read, and ccv3 wins", async () => {
    expect(await files.readImages()).toEqual({
      tEXt: ["v2", v2],
      zTXt: ["v2", v2],
      iTXt: ["v2", v2],
      plainITXt: ["v2", v2],
      both: ["v3", v3],
    });
  });

  it("card files: a bad image is refused for what it is", async () => {
    expect(await files.refuseImages()).toEqual({
      noCard: "unsupported_format",
      badCrc: "bad_crc",
      truncated: "unsupported_format",
      giant: "too_large",
      bomb: "too_large",
      garbage: "unsupported_format",
      badBase64: "unsupported_format",
      notUtf8: "unsupported_format",
    });
  });

  it("card files: a template goes through an image, of which all else stays", async () => {
    const found = await files.throughImage(tove);
    expect(found.document).toEqual(JSON.parse(tove));
    expect(found).toMatchObject({
      mediaType: "image/png",
      formats: ["v3", "v3"],
      same: true,
      hasComment: true,
      cards: 1,
    });
    expect(found.order).not.toContain(-1);
    expect(found.order).toEqual([...found.order].sort((a, b) => a - b));
  });

  it("card files: archives are read, packed or not", async () => {
    expect(await files.readArchives()).toEqual({
      stored: ["v3", v3],
      deflated: ["v3", v3],
      descriptor: ["v3", v3],
    });
  });

  it("card files: a bad archive is refused for what it is", async () => {
    const { bomb, otherBomb, many, badCrc, ...others } = await files.refuseArchives();
    expect({ bomb, otherBomb, many, badCrc }).toEqual({
      bomb: "too_large",
      otherBomb: "too_large",
      many: "too_large",
      badCrc: "bad_crc",
    });
    for (const [name, found] of Object.entries(others)) expect(found, name).toBe("unsupported_format");
    expect(Object.keys(others)).toHaveLength(18);
  });

  it("card files: a template goes through archives, whose other files stay", async () => {
    const { documents, mediaTypes, ...found } = await files.throughArchives(tove);
    expect(found).toMatchObject({ same: true, kept: true, hasPicture: true, hasAsset: true });
    expect(mediaTypes).toEqual(new Array(3).fill("application/zip"));
    for (const document of documents) expect(document).toEqual(JSON.parse(tove));
  });

  it("card files: an export says what it cannot do", async () => {
    expect(await files.refuseExports(tove)).toEqual({
      noImage: "invalid_argument /image",
      notBytes: "invalid_argument /image",
      notPng: "unsupported_format",
      notPicture: "invalid_argument /image",
      json: "invalid_argument /image",
      damaged: "unsupported_format",
      damagedArchive: "unsupported_format",
      unknown: "invalid_argument /format",
    });
  });
}
