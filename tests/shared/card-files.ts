// Files with character cards in them, built here byte by byte, and what the public API makes of them. Runs in Node and
// in the tabs of the browser tests: no module of Node in here.
import { convertCard, exportCard } from "luminoracore";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function join(...parts: (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** What the platform's own compressor makes of bytes. */
async function deflate(bytes: Uint8Array<ArrayBuffer>, format: CompressionFormat): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const big = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const little = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, index) => (value / 256 ** index) & 255);

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const body = join(latin(kind), data);
  return join(big(data.length), body, big(crc32(body)));
}

/** One pixel, with chunks before it. */
async function png(...chunks: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const header = chunk("IHDR", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0));
  const pixels = chunk("IDAT", await deflate(new Uint8Array(2), "deflate"));
  return join(latin("\x89PNG\r\n\x1a\n"), header, ...chunks, pixels, chunk("IEND", new Uint8Array()));
}

interface ZipEntry {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  packed?: Uint8Array;
  method?: number;
  flags?: number;
  size?: number;
  crc?: number;
  /** Whether the sizes follow the data. */
  descriptor?: boolean;
}

function zip(entries: ZipEntry[], comment = "", count = entries.length): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const records: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes, packed = bytes, method = 0, flags = 0, size, crc, descriptor } of entries) {
    const sizes = [
      ...little(crc ?? crc32(bytes), 4),
      ...little(packed.length, 4),
      ...little(size ?? bytes.length, 4),
    ];
    const start = [
      20,
      0,
      ...little(0x800 | flags | (descriptor ? 8 : 0), 2),
      ...little(method, 2),
      0,
      0,
      0x21,
      0,
    ];
    const lengths = [...little(bytesOf(name).length, 2), 0, 0];
    const local = join(
      [0x50, 0x4b, 3, 4, ...start, ...(descriptor ? new Array(12).fill(0) : sizes), ...lengths],
      bytesOf(name),
      packed,
      descriptor ? [0x50, 0x4b, 7, 8, ...sizes] : [],
    );
    const rest = [...new Array(10).fill(0), ...little(offset, 4)];
    records.push(join([0x50, 0x4b, 1, 2, 20, 0, ...start, ...sizes, ...lengths, ...rest], bytesOf(name)));
    parts.push(local);
    offset += local.length;
  }
  const directory = join(...records);
  const counts = [...little(count, 2), ...little(count, 2)];
  const end = [0, 0, 0, 0, ...counts, ...little(directory.length, 4), ...little(offset, 4)];
  return join(
    ...parts,
    directory,
    [0x50, 0x4b, 5, 6, ...end, ...little(comment.length, 2)],
    bytesOf(comment),
  );
}

/** What refuses, as `code path`, or what comes of it. */
function refusal(act: () => unknown): string {
  try {
    return `no refusal: ${JSON.stringify(act())}`;
  } catch (error) {
    const { code, path } = error as { code: string; path: string };
    return path ? `${code} ${path}` : code;
  }
}

const v2 = '{"spec":"chara_card_v2","spec_version":"2.0","data":{"name":"Tove","description":"Ñandú 𝒳."}}';
const v3 = '{"spec":"chara_card_v3","spec_version":"3.0","data":{"name":"New","description":"At sea."}}';
const base64 = (text: string) => btoa(String.fromCharCode(...bytesOf(text)));

/** Cards read from images. */
export async function readImages() {
  const text = latin(`chara\0${base64(v2)}`);
  const packed = await deflate(bytesOf(base64(v2)), "deflate");
  const images = {
    tEXt: await png(chunk("tEXt", text)),
    zTXt: await png(chunk("zTXt", join(latin("chara\0\0"), packed))),
    iTXt: await png(chunk("iTXt", join(latin("chara\0\x01\0en\0\0"), packed))),
    plainITXt: await png(chunk("iTXt", join(latin("chara\0\0\0\0\0"), bytesOf(base64(v2))))),
    both: await png(chunk("tEXt", text), chunk("tEXt", latin(`ccv3\0${base64(v3)}`))),
  };
  return Object.fromEntries(
    Object.entries(images).map(([name, image]) => {
      const { template, format } = convertCard(image);
      return [name, [format, textOf(exportCard(template).bytes)]];
    }),
  );
}

/** What images are refused for. */
export async function refuseImages() {
  const good = await png(chunk("tEXt", latin(`chara\0${base64(v2)}`)));
  const bad = good.slice();
  bad[60] = (bad[60] ?? 0) ^ 1;
  const bomb = await deflate(new Uint8Array((16 << 20) + 4).fill(65), "deflate");
  const giant = join(good.subarray(0, 33), big((16 << 20) + 1), latin("tEXtchara\0"));
  const garbage = chunk("zTXt", latin("chara\0\0\x78\x9cnot deflated at all"));
  const images = {
    noCard: await png(),
    badCrc: bad,
    truncated: good.subarray(0, good.length - 20),
    giant,
    bomb: await png(chunk("zTXt", join(latin("chara\0\0"), bomb))),
    garbage: await png(garbage),
    badBase64: await png(chunk("tEXt", latin("chara\0{}"))),
    notUtf8: await png(chunk("tEXt", latin("chara\0//4="))),
  };
  return Object.fromEntries(
    Object.entries(images).map(([name, image]) => [name, refusal(() => convertCard(image))]),
  );
}

/** A personality through an image that has other chunks and trailing bytes. */
export async function throughImage(document: string) {
  const comment = chunk("tEXt", latin("Comment\0By hand."));
  const image = join(await png(chunk("tEXt", latin(`ccv3\0${base64(v3)}`)), comment), latin("what follows"));
  const first = exportCard(document, { format: "png", image });
  const { format, template } = convertCard(first.bytes);
  const again = exportCard(template, { image: first.bytes });
  const found = latinOf(first.bytes);
  return {
    mediaType: first.mediaType,
    formats: [first.format, format],
    document: template.document,
    same: latinOf(again.bytes) === found,
    hasComment: found.includes(latinOf(comment)),
    order: ["IHDR", "Comment\0", "chara\0", "ccv3\0", "IDAT", "IEND", "what follows"].map((text) =>
      found.indexOf(text),
    ),
    cards: found.split("ccv3\0").length - 1,
  };
}

/** Cards read from archives. */
export async function readArchives() {
  const card = bytesOf(v3);
  const packed = await deflate(card, "deflate-raw");
  const other = { name: "assets/ñ.bin", bytes: new Uint8Array(3) };
  const archives = {
    stored: zip([{ name: "card.json", bytes: card }]),
    deflated: zip([other, { name: "card.json", bytes: card, packed, method: 8 }], "a comment"),
    descriptor: zip([{ name: "card.json", bytes: card, packed, method: 8, descriptor: true }, other]),
  };
  return Object.fromEntries(
    Object.entries(archives).map(([name, archive]) => {
      const { template, format } = convertCard(archive);
      return [name, [format, textOf(exportCard(template).bytes)]];
    }),
  );
}

/** What archives are refused for. */
export async function refuseArchives() {
  const bytes = bytesOf(v3);
  const card = { name: "card.json", bytes };
  const named = (name: string) => zip([card, { name, bytes: new Uint8Array(1) }]);
  const zeros = await deflate(new Uint8Array(32 << 20), "deflate-raw");
  const good = zip([card]);
  const archives = {
    empty: zip([]),
    elsewhere: zip([{ name: "folder/card.json", bytes }]),
    twice: zip([card, card]),
    encrypted: zip([{ ...card, flags: 1 }]),
    otherEncrypted: zip([card, { name: "x", bytes, flags: 1 }]),
    parent: named("../x"),
    inside: named("assets/../../x"),
    absolute: named("/etc/x"),
    drive: named("C:x"),
    backslash: named("assets\\x"),
    // It says what it is, or that it is small.
    bomb: zip([{ ...card, bytes: new Uint8Array(32 << 20), packed: zeros, method: 8, crc: 0 }]),
    hiddenBomb: zip([{ ...card, packed: zeros, method: 8 }]),
    otherBomb: zip([card, { name: "x", bytes, size: 1 << 30 }]),
    short: zip([{ ...card, size: bytes.length + 1 }]),
    badCrc: zip([{ ...card, crc: 1 }]),
    method: zip([{ ...card, method: 93 }]),
    garbage: zip([{ ...card, packed: bytes, method: 8 }]),
    count: zip([card], "", 2),
    many: zip([card], "", 10_001),
    truncated: good.subarray(0, good.length - 30),
    noCard: zip([{ name: "card.json", bytes: bytesOf("{}") }]),
    notJson: zip([{ name: "card.json", bytes: bytesOf("{") }]),
  };
  return Object.fromEntries(
    Object.entries(archives).map(([name, archive]) => [name, refusal(() => convertCard(archive))]),
  );
}

/** A personality through archives: new, with a picture, and into an archive that has other files. */
export async function throughArchives(document: string) {
  const picture = await png();
  const described = await deflate(bytesOf("a picture, say"), "deflate-raw");
  const base = zip([
    {
      name: "assets/a.bin",
      bytes: bytesOf("a picture, say"),
      packed: described,
      method: 8,
      descriptor: true,
    },
    { name: "card.json", bytes: bytesOf(v3) },
    { name: "assets/ñ.bin", bytes: bytesOf("last") },
  ]);
  const files = {
    alone: exportCard(document, { format: "charx" }),
    picture: exportCard(document, { format: "charx", image: picture }),
    base: exportCard(document, { image: base }),
  };
  const again = exportCard(document, { image: files.base.bytes });
  const found = latinOf(files.base.bytes);
  return {
    mediaTypes: Object.values(files).map(({ mediaType }) => mediaType),
    documents: Object.values(files).map(({ bytes }) => convertCard(bytes).template.document),
    same: latinOf(again.bytes) === found,
    kept: found.includes(latinOf(base.subarray(0, base.indexOf(0x50, 31)))) && found.includes("last"),
    hasPicture: latinOf(files.picture.bytes).includes(`assets/icon/images/main.png${latinOf(picture)}`),
    hasAsset: latinOf(files.picture.bytes).includes("embeded://assets/icon/images/main.png"),
    picture: files.picture.bytes,
    base: files.base.bytes,
  };
}

function latinOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** What an export is refused for. */
export async function refuseExports(document: string) {
  const image = await png();
  const attempt = (options: object) => refusal(() => exportCard(document, options));
  return {
    noImage: attempt({ format: "png" }),
    notBytes: attempt({ format: "png", image: "image" }),
    notPng: attempt({ format: "png", image: bytesOf("GIF89a") }),
    notPicture: attempt({ format: "charx", image: bytesOf("text") }),
    json: attempt({ format: "v2", image }),
    damaged: attempt({ image: image.subarray(0, 40) }),
    damagedArchive: attempt({ image: zip([]).subarray(0, 20) }),
    unknown: attempt({ format: "webp" }),
  };
}
