import { unzipSync, zipSync } from "fflate";
import {
  type BundleManifest,
  Luminora,
  LuminoraError,
  memoryStorage,
  type Storage,
  scriptedModel,
} from "luminoracore";
import { fakeClock, seededRandom } from "luminoracore/testing";
import { canonical } from "./canonical.ts";
import { contentsOf, everything, recordingStorage } from "./recording.ts";

const user = "diego";

function openWith(storage: Storage, seed = 5): Promise<Luminora> {
  // A reply that repeats nothing of what is remembered.
  const model = scriptedModel({ replies: Array.from({ length: 9 }, () => "I see.") });
  return Luminora.open({ storage, model, clock: fakeClock(), random: seededRandom(seed) });
}

async function refusal(call: () => Promise<unknown>, withoutHint?: string[]): Promise<string> {
  try {
    await call();
    return "fine";
  } catch (error) {
    if (!LuminoraError.isInstance(error)) return String(error);
    if (!error.hint) withoutHint?.push(error.message);
    return `${error.code} ${error.path}`.trim();
  }
}

async function bytesOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer());
}

/** Somebody who said something, stated a fact, brought a note, and took a fact back. */
async function somebody(storage: Storage): Promise<{ luminora: Luminora; session: string }> {
  const luminora = await openWith(storage);
  const session = await luminora.createSession({ template: "alicia", user });
  await session.send("My name is Diego and my dog Max died yesterday");
  await luminora.remember({ key: "tea", value: { z: 1, a: [2.5] } }, { user });
  await luminora.importNotes("# Tides\nThe sea comes and goes.", { user, source: "tides.md" });
  await luminora.remember({ key: "door", value: "xyzzy-42" }, { user });
  await luminora.forget("xyzzy-42", { user });
  return { luminora, session: session.id };
}

/** The contents of all members, by path. */
export async function membersOf(file: Blob): Promise<Record<string, string>> {
  const members = unzipSync(await bytesOf(file));
  return Object.fromEntries(
    Object.entries(members).map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]),
  );
}

async function rootOf(luminora: Luminora, file: Blob, passphrase?: string): Promise<string> {
  return (await luminora.verifyBundle(file, passphrase === undefined ? {} : { passphrase })).root;
}

/** A log goes to another device, comes back, replaces and is replaced. */
export async function thereAndBack(first: Storage, second: Storage) {
  const { luminora, session } = await somebody(first);
  const file = await luminora.exportBundle({ user });
  const manifest = await luminora.verifyBundle(file);
  const again = await luminora.exportBundle({ user });
  const members = Object.keys(unzipSync(await bytesOf(file)));

  const other = await openWith(second, 6);
  const dry = await other.importBundle(file, { mode: "dry_run" });
  const afterDry = canonical(await everything(second));
  const report = await other.importBundle(file);
  const twice = await other.importBundle(file.stream());
  const exported = await other.exportBundle({ user });
  const goesOn = await other.createSession({ session, user });
  const reply = await goesOn.send("Do you still know me?");

  const heard: (readonly string[])[] = [];
  const here = await luminora.createSession({ session, user });
  here.on("absorb", ({ changed }) => heard.push(changed));
  const back = await luminora.importBundle(await bytesOf(await other.exportBundle({ user })));
  const turns = here.history().length;

  const before = await rootOf(luminora, await luminora.exportBundle({ user }));
  const { undo, ...replaced } = await luminora.importBundle(file, { mode: "replace" });
  const after = await rootOf(luminora, await luminora.exportBundle({ user }));
  const undone = await luminora.importBundle(undo as Blob, { mode: "replace" });
  const end = await rootOf(luminora, await luminora.exportBundle({ user }));
  // What is stored is what the core knows.
  const stored = await everything(first);
  await luminora.close();

  const moved = await openWith(memoryStorage(), 7);
  await moved.importBundle(file, { user: "ana" });
  const anas = await moved.sessions({ user: "ana" });
  await moved.close();
  await other.close();
  return {
    members,
    manifest: pick(manifest),
    samePayload: canonical(await membersWithoutDate(file)) === canonical(await membersWithoutDate(again)),
    dry: counts(dry),
    afterDry,
    report: counts(report),
    twice: counts(twice),
    sameRoot: (await rootOfFile(exported)) === manifest.root,
    reply: typeof reply.text,
    back: counts(back),
    heard: heard.map((ids) => ids.length),
    turns,
    replaced: counts(replaced),
    replacedRoot: after === manifest.root,
    undone: counts(undone),
    restored: end === before,
    erasedInStorage: canonical(stored).includes("xyzzy-42"),
    anas: anas.map(({ user }) => user),
  };
}

function pick({ format, owner, selection, record_counts, privacy, encryption, signed }: BundleManifest) {
  return { format, owner, selection, record_counts, privacy, encryption, signed };
}

function counts(report: { new: number; changed: number; erased: number; conflicts: unknown[] }) {
  return [report.new, report.changed, report.erased, report.conflicts.length];
}

async function membersWithoutDate(file: Blob): Promise<Record<string, string>> {
  const { "MANIFEST.json": manifest, ...members } = await membersOf(file);
  const { created_at, ...rest } = JSON.parse(manifest as string);
  return { ...members, manifest: canonical(rest) };
}

async function rootOfFile(file: Blob): Promise<string> {
  return JSON.parse((await membersOf(file))["MANIFEST.json"] as string).root;
}

/** Bundles under a passphrase. */
export async function underPassphrase(storage: Storage) {
  const { luminora } = await somebody(storage);
  const before = canonical(await everything(storage));
  const plain = await luminora.exportBundle({ user });
  // The same letter, composed by another keyboard.
  const file = await luminora.exportBundle({ user, passphrase: "caf\u00e9" });
  const opened = await rootOf(luminora, file, "cafe\u0301");
  const twice = await luminora.exportBundle({ user, passphrase: "caf\u00e9" });
  const outer = JSON.parse((await membersOf(file))["MANIFEST.json"] as string);
  const verify = (changed: Blob | Uint8Array, passphrase?: string) =>
    refusal(() => luminora.importBundle(changed, { passphrase: passphrase ?? "caf\u00e9", mode: "replace" }));
  const withOuter = async (change: (manifest: Record<string, unknown>) => void) => {
    const { payload } = unzipSync(await bytesOf(file));
    const manifest = structuredClone(outer);
    change(manifest);
    const text = new TextEncoder().encode(JSON.stringify(manifest));
    return await verify(zipSync({ "MANIFEST.json": text, payload: payload as Uint8Array }, { level: 0 }));
  };
  const kdf = (name: string, value: unknown) =>
    withOuter(({ encryption }) => Object.assign((encryption as { kdf: object }).kdf, { [name]: value }));
  const bytes = await bytesOf(file);
  const flipped = (at: number) => {
    const copy = bytes.slice();
    copy[at] = (copy[at] as number) ^ 1;
    return copy;
  };
  const payloadAt = bytes.length - 200;
  const result = {
    opened: opened === (await rootOfFile(plain)),
    outer: Object.keys(outer),
    cipher: outer.encryption.cipher,
    kdf: [outer.encryption.kdf.name, outer.encryption.kdf.params.iterations],
    fresh: canonical(outer) === canonical(JSON.parse((await membersOf(twice))["MANIFEST.json"] as string)),
    readable: (await file.text()).includes("Diego"),
    without: await refusal(() => luminora.verifyBundle(file)),
    wrong: await verify(file, "coffee"),
    empty: await verify(file, ""),
    changedByte: await verify(flipped(payloadAt)),
    changedTime: await withOuter((manifest) =>
      Object.assign(manifest, { created_at: "2020-01-01T00:00:00Z" }),
    ),
    changedNonce: await withOuter(({ encryption }) =>
      Object.assign(encryption as object, { nonce: "0".repeat(24) }),
    ),
    changedSalt: await kdf("salt", "0".repeat(32)),
    shortSalt: await kdf("salt", "00"),
    tooFew: await kdf("params", { iterations: 599_999 }),
    tooMany: await kdf("params", { iterations: 10_000_001 }),
    noNumber: await kdf("params", { iterations: "600000" }),
    otherKdf: await kdf("name", "argon2id"),
    otherCipher: await withOuter(({ encryption }) => Object.assign(encryption as object, { cipher: "none" })),
    more: await withOuter((manifest) => Object.assign(manifest, { note: "" })),
    unchanged: canonical(await everything(storage)) === before,
  };
  await luminora.close();
  return result;
}

/** Bundles that somebody signed. */
export async function signed(storage: Storage) {
  const { luminora } = await somebody(storage);
  const keys = async () => {
    const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
    const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    return [pair.privateKey, Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("")] as const;
  };
  const [[key, anas], [otherKey, others]] = [await keys(), await keys()];
  const signers = { ana: anas };
  const file = await luminora.exportBundle({ user, sign: { signer: "ana", key } });
  const members = unzipSync(await bytesOf(file));
  const stripped = (flag: boolean) => {
    const { "SIGNATURE.json": _, ...rest } = members;
    const manifest = JSON.parse(new TextDecoder().decode(members["MANIFEST.json"]));
    const text = JSON.stringify({ ...manifest, signed: flag });
    return zipSync({ ...rest, "MANIFEST.json": new TextEncoder().encode(text) });
  };
  const swapped = async (signer: string, key: CryptoKey) => {
    const other = unzipSync(await bytesOf(await luminora.exportBundle({ user, sign: { signer, key } })));
    return zipSync({ ...members, "SIGNATURE.json": other["SIGNATURE.json"] as Uint8Array });
  };
  const garbled = zipSync({ ...members, "SIGNATURE.json": new TextEncoder().encode("{}") });
  const importing = (changed: Blob | Uint8Array, options: object = { signers }) =>
    refusal(() => luminora.importBundle(changed, { ...options, mode: "replace" }));
  await luminora.remember({ key: "more", value: "since" }, { user });
  const later = unzipSync(await bytesOf(await luminora.exportBundle({ user, sign: { signer: "ana", key } })));
  const before = canonical(await everything(storage));
  const result = {
    signature: Object.keys(JSON.parse(new TextDecoder().decode(members["SIGNATURE.json"]))),
    verified: (await luminora.verifyBundle(file, { signers })).signed,
    stripped: await importing(stripped(false)),
    strippedInPart: await importing(stripped(true), {}),
    garbled: await importing(garbled),
    otherKey: await importing(file, { signers: { ana: others } }),
    otherName: await importing(await swapped("eva", otherKey)),
    ofAnother: await importing(await swapped("ana", otherKey)),
    ofAnotherTime: await importing(
      zipSync({ ...members, "SIGNATURE.json": later["SIGNATURE.json"] as Uint8Array }),
    ),
    noKey: await importing(file, { signers: { ana: "00" } }),
    prototype: await importing(await swapped("constructor", otherKey)),
    unchanged: canonical(await everything(storage)) === before,
    fine: await importing(file),
    withoutPolicy: await importing(stripped(false), {}),
  };
  await luminora.close();
  return result;
}

/** Two devices that exchange bundles; what was erased on one is in no storage, index or export any more. */
export async function twoDevices(first: Storage, second: Storage) {
  const a = await openWith(first, 1);
  const session = await a.createSession({ template: "alicia", user });
  await session.send("I like the sea.");
  await a.remember({ key: "door", value: "xyzzy-42" }, { user });
  await a.importNotes("plugh-43 opens the other door.", { user, source: "doors.md" });
  const older = [await a.exportBundle({ user })];
  const b = await openWith(second, 2);
  await b.importBundle(older[0] as Blob);
  await (await b.createSession({ session: session.id, user })).send("I moved to Lima.");
  await b.remember({ key: "door", value: "xyzzy-44" }, { user });
  older.push(await b.exportBundle({ user }));
  await a.forget("xyzzy-42", { user });
  await a.forget({ source: "doors.md" }, { user });
  await session.send("I passed my exam!");
  older.push(await a.exportBundle({ user }));
  // In any order, any number of times.
  for (const bundle of [...older, ...[...older].reverse(), await b.exportBundle({ user })])
    await a.importBundle(bundle);
  for (const bundle of [await a.exportBundle({ user }), ...older]) await b.importBundle(bundle);
  const exported = await Promise.all([a, b].map((device) => device.exportBundle({ user })));
  const words = ["xyzzy-42", "plugh-43", "xyzzy-44"];
  const found: string[] = [];
  for (const [name, storage, device, bundle] of [
    ["a", first, a, exported[0] as Blob],
    ["b", second, b, exported[1] as Blob],
  ] as const) {
    const places = {
      storage: canonical(await everything(storage)),
      bundle: canonical(await membersOf(bundle)),
      recall: canonical(
        await (await device.createSession({ session: session.id, user })).recall("door xyzzy plugh"),
      ),
      memories: canonical(await device.memories({ user, status: "all" })),
      snapshot: await (await device.createSession({ session: session.id, user })).exportSnapshot(),
    };
    for (const [place, text] of Object.entries(places)) {
      for (const word of words) if (text.includes(word)) found.push(`${word} in ${place} of ${name}`);
    }
  }
  const sessions = await Promise.all(
    [a, b].map((device) => device.createSession({ session: session.id, user })),
  );
  const [here, there] = sessions.map((session) => canonical(session.history()));
  const roots = await Promise.all(exported.map(rootOfFile));
  await a.close();
  await b.close();
  return { sameRoot: roots[0] === roots[1], sameHistory: here === there, found };
}

/** What is wrong with an archive, by what was done to it. */
export async function damagedArchives(storage: Storage) {
  const { luminora } = await somebody(storage);
  const file = await bytesOf(await luminora.exportBundle({ user }));
  const members = unzipSync(file);
  const before = canonical(await everything(storage));
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = file.length - 22;
  const directory = view(file).getUint32(end + 16, true);
  /** Changes the directory's record of the first member whose name begins so. */
  const patched = (name: string, change: (view: DataView, at: number) => void) => {
    const bytes = file.slice();
    for (let at = directory; at < end; ) {
      const length = view(bytes).getUint16(at + 28, true);
      const found = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length));
      if (found.startsWith(name)) {
        change(view(bytes), at);
        return bytes;
      }
      at += 46 + length;
    }
    throw new Error(`there is no ${name}`);
  };
  const turns = "records/turn";
  const without = (name: string) =>
    Object.fromEntries(Object.entries(members).filter(([path]) => path !== name));
  const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
  const renamed = (name: string) =>
    zipSync({ ...without("records/turn.jsonl"), [name]: members["records/turn.jsonl"] as Uint8Array });
  const flipped = (at: number) => {
    const bytes = file.slice();
    bytes[at] = (bytes[at] as number) ^ 4;
    return bytes;
  };
  const archives: Record<string, Uint8Array | string> = {
    nothing: new Uint8Array(0),
    "a text": new TextEncoder().encode("not an archive at all"),
    "a snapshot": new TextEncoder().encode(JSON.stringify({ format: "luminoracore/snapshot" })),
    "cut off": file.subarray(0, file.length - 10),
    "cut in the middle": file.subarray(0, file.length >> 1),
    "without its beginning": file.subarray(5),
    "with something before it": Uint8Array.from([...new Uint8Array(9), ...file]),
    "with something behind it": Uint8Array.from([...file, 0]),
    "a path that leads out": renamed("../../x"),
    "an absolute path": renamed("/etc/passwd"),
    "a path with a drive": renamed("C:\\x"),
    "a member in a folder": renamed("records/deep/turn.jsonl"),
    "a folder": zipSync({ ...members, "records/": new Uint8Array(0) }),
    "a member that nobody knows": zipSync({ ...members, "extra.txt": new Uint8Array(3) }),
    "another kind of member": zipSync({ ...members, "records/zebra.jsonl": new Uint8Array(3) }),
    "without a manifest": zipSync(without("MANIFEST.json")),
    "without an index": zipSync(without("INDEX.jsonl")),
    "without its turns": zipSync(without("records/turn.jsonl")),
    "a manifest that is no JSON": zipSync({ ...members, "MANIFEST.json": new Uint8Array(5) }),
    "a manifest that is a list": zipSync({ ...members, "MANIFEST.json": new TextEncoder().encode("[]") }),
    "a manifest beyond its limit": zipSync({ ...members, "MANIFEST.json": beyondLimit() }),
    "a member twice": patched("records/template", (view, at) => {
      // A name of the same length.
      const name = new TextEncoder().encode("records/instance.jsonl");
      for (const [index, byte] of name.entries()) view.setUint8(at + 46 + index, byte);
    }),
    "a link": patched(turns, (view, at) => view.setUint32(at + 38, 0xa1ff0000, true)),
    "a device": patched(turns, (view, at) => view.setUint32(at + 38, 0x21ff0000, true)),
    encrypted: patched(turns, (view, at) => view.setUint16(at + 8, 1, true)),
    "encrypted strongly": patched(turns, (view, at) => view.setUint16(at + 8, 0x41, true)),
    "packed in another way": patched(turns, (view, at) => view.setUint16(at + 10, 12, true)),
    "packed as something else": patched(turns, (view, at) => view.setUint16(at + 10, 0, true)),
    "longer than it says": patched(turns, (view, at) =>
      view.setUint32(at + 24, view.getUint32(at + 24, true) - 1, true),
    ),
    "shorter than it says": patched(turns, (view, at) =>
      view.setUint32(at + 24, view.getUint32(at + 24, true) + 1, true),
    ),
    "a bomb by its own words": patched(turns, (view, at) =>
      view.setUint32(at + 24, 201 * view.getUint32(at + 20, true), true),
    ),
    "more than 1 GiB": patched(turns, (view, at) => view.setUint32(at + 24, 0x40000001, true)),
    "of 64 bits": patched(turns, (view, at) => view.setUint32(at + 24, 0xffffffff, true)),
    "a header elsewhere": patched(turns, (view, at) =>
      view.setUint32(at + 42, view.getUint32(at + 42, true) + 1, true),
    ),
    "a header behind the end": patched(turns, (view, at) => view.setUint32(at + 42, 0x7fffffff, true)),
    "members that overlap": patched(turns, (view, at) => view.setUint32(at + 42, 0, true)),
    "a wrong checksum": patched(turns, (view, at) =>
      view.setUint32(at + 16, view.getUint32(at + 16, true) ^ 1, true),
    ),
    "a wrong checksum of the manifest": patched("MANIFEST", (view, at) => view.setUint32(at + 16, 7, true)),
    "more members than it has": (() => {
      const bytes = file.slice();
      view(bytes).setUint16(end + 8, 11_000, true);
      view(bytes).setUint16(end + 10, 11_000, true);
      return bytes;
    })(),
    "a changed byte of a member": flipped(view(file).getUint32(directory + 42, true) + 60),
    "a changed text": zipSync({
      ...members,
      "records/turn.jsonl": new TextEncoder().encode(
        text(members["records/turn.jsonl"]).replace("Max", "Mix"),
      ),
    }),
    "a string": "luminora.bundle/1",
  };
  const found: Record<string, string> = {};
  const withoutHint: string[] = [];
  for (const [name, archive] of Object.entries(archives)) {
    found[name] = await refusal(
      () => luminora.importBundle(archive as Uint8Array, { mode: "replace" }),
      withoutHint,
    );
  }
  // What another program has packed anew is the same bundle.
  found["packed anew"] = await refusal(() =>
    luminora.verifyBundle(zipSync(members, { level: 9, comment: "anew" })),
  );
  found["not packed"] = await refusal(() => luminora.verifyBundle(zipSync(members, { level: 0 })));
  const unchanged = canonical(await everything(storage)) === before;
  await luminora.close();
  return { found, unchanged, withoutHint };
}

/** White space, more than a manifest may have, and not so much alike that it looks like a bomb. */
function beyondLimit(): Uint8Array {
  const bytes = new Uint8Array((4 << 20) + 1).fill(0x20);
  for (let at = 0; at < bytes.length; at += 97) bytes[at] = 9 + (at & 1);
  return bytes;
}

/** Text that is packed to a thousandth of its size is exported so that it can be imported. */
export async function repeatedText(storage: Storage) {
  const { luminora } = await somebody(storage);
  await luminora.importNotes("a".repeat(4 << 20), { user, source: "long" });
  const file = await luminora.exportBundle({ user });
  const other = await openWith(memoryStorage(), 8);
  await other.importBundle(file);
  const same = (await rootOfFile(await other.exportBundle({ user }))) === (await rootOfFile(file));
  await luminora.close();
  await other.close();
  return {
    same,
    readByOthers: (await membersOf(file))["records/memory.jsonl"]?.includes("a".repeat(4 << 20)),
  };
}

/** A storage of the five methods, to which a bundle comes as objects, and one that takes texts. */
export async function fiveMethods(storage: Storage) {
  const { luminora } = await somebody(memoryStorage());
  const own = await luminora.exportBundle({ user });
  await luminora.close();
  const moved = await openWith(memoryStorage());
  await moved.importBundle(own, { user: "ana" });
  const copy = await moved.exportBundle({ user: "ana" });
  await moved.close();
  const five = recordingStorage();
  const left = (owner: string) => ({
    id: "turn_broken",
    owner,
    kind: "turn",
    at: "000000000000005-00000-A",
    schema: 1,
    body: {},
  });
  const contents: string[] = [];
  for (const into of [five.storage, storage]) {
    await into.append(user, [left(user)]);
    const other = await openWith(into, 8);
    await other.importBundle(copy, { user });
    contents.push(await contentsOf(into));
    await other.importBundle(own, { mode: "replace" });
    contents.push(await contentsOf(into));
    await other.close();
  }
  return {
    same: contents[0] === contents[2] && contents[1] === contents[3],
    leftOutStays: contents.every((content) => content.includes(left(user).id)),
    batches: five.batches.length,
  };
}

/** A storage that fails, and a call that ends with its object. */
export async function failingStorage(storage: Storage) {
  const { luminora } = await somebody(memoryStorage());
  const file = await luminora.exportBundle({ user });
  await luminora.close();
  const { luminora: other } = await somebody(storage);
  const before = canonical(await everything(storage));
  const appendTexts = storage.appendTexts?.bind(storage);
  const failing = Object.assign(storage, {
    appendTexts: async () => {
      throw new LuminoraError("storage", "The disk is full.", { hint: "Make room." });
    },
  });
  const merged = await refusal(() => other.importBundle(file, { user: "ana" }));
  const replaced = await refusal(() => other.importBundle(file, { mode: "replace" }));
  const known = (await other.sessions({ user: "ana" })).length;
  const root = await rootOfFile(await other.exportBundle({ user }));
  const unchanged = canonical(await everything(storage)) === before;
  Object.assign(failing, { appendTexts });
  const fine = await refusal(() => other.importBundle(file, { user: "ana" }));
  const stillThere = (await rootOfFile(await other.exportBundle({ user }))) === root;
  const unknownMode = await refusal(() => other.importBundle(file, { mode: "overwrite" as "merge" }));
  const reserved = await refusal(() => other.importBundle(file, { user: "luminora:library" }));
  const noInstance = await refusal(() => other.exportBundle({ user, instance: "instance_x" }));
  const noTime = await refusal(() => other.exportBundle({ user, since: "yesterday" }));
  // Nobody can read it now, and a later version perhaps can.
  const broken = {
    id: "turn_broken",
    owner: user,
    kind: "turn",
    at: "000000000000005-00000-A",
    schema: 1,
    body: {},
  };
  await storage.append(user, [broken]);
  await other.importBundle(file, { mode: "replace" });
  const leftOutStays = (await everything(storage)).some(({ id }) => id === broken.id);
  await other.close();
  const closed = await refusal(() => other.importBundle(file));
  return {
    merged,
    replaced,
    known,
    unchanged,
    fine,
    stillThere,
    unknownMode,
    leftOutStays,
    reserved,
    noInstance,
    noTime,
    closed,
  };
}

/** For each sentence of `tests/cases/mirror/bundle-cases.json` but that of older schemas, whether such a file is taken. */
export async function sentences(open: () => Storage) {
  const storage = open();
  const { luminora } = await somebody(storage);
  const source = open();
  const at = "000000000001000-00000-A";
  const created_at = "2026-01-01T00:00:00.000Z";
  const records = await everything(storage);
  await luminora.close();
  const run = records.find(({ kind }) => kind === "run")?.id as string;
  const others = {
    feedback: { run, created_at, rating: 5 },
    consent: {
      destination: "own_device",
      purpose: "sync",
      state: "granted",
      granted_by: "owner",
      created_at,
    },
    proposal: { part: "vote", proposal: "p", voter: "v", choice: "approve" },
  };
  await source.append(user, [
    ...records,
    ...Object.entries(others).map(([kind, body]) => ({
      id: `${kind}_1`,
      owner: user,
      kind,
      at,
      schema: 1,
      body,
    })),
  ]);
  const here = await openWith(source);
  const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
  const key = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const signers = { ana: Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("") };
  const file = await here.exportBundle({ user });
  const encrypted = await here.exportBundle({ user, passphrase: "open sesame" });
  const signed = unzipSync(
    await bytesOf(await here.exportBundle({ user, sign: { signer: "ana", key: pair.privateKey } })),
  );
  const members = unzipSync(await bytesOf(file));
  const turns = new TextDecoder().decode(members["records/turn.jsonl"]);
  const manifest = JSON.parse(new TextDecoder().decode(members["MANIFEST.json"]));
  const bytes = (value: unknown) =>
    new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  const changed = (change: Record<string, unknown>) =>
    zipSync({
      ...members,
      ...Object.fromEntries(Object.entries(change).map(([path, value]) => [path, bytes(value)])),
    });
  const lines = turns.split("\n");
  const { "records/turn.jsonl": moved, ...rest } = members;
  const { "SIGNATURE.json": _, ...unsigned } = signed;

  const target = open();
  const other = await openWith(target, 9);
  await other.remember({ key: "mine", value: "stays" }, { user });
  const before = canonical(await everything(target));
  const accepted: Record<string, boolean> = {};
  const wrong: string[] = [];
  const offer = async (id: string, bundle: Blob | Uint8Array, options: object = {}) => {
    accepted[id] = (await refusal(() => other.importBundle(bundle, options))) === "fine";
    const isUnchanged = canonical(await everything(target)) === before;
    if (!accepted[id] && !isUnchanged) wrong.push(`${id} left something`);
  };
  await offer("bn-03", changed({ "records/turn.jsonl": turns.replace("Max", "Mix") }));
  const counted = { ...manifest, record_counts: { ...manifest.record_counts, turn: lines.length - 2 } };
  await offer(
    "bn-05",
    changed({ "records/turn.jsonl": lines.slice(1).join("\n"), "MANIFEST.json": counted }),
  );
  await offer("bn-07", zipSync({ ...rest, "../../x": moved as Uint8Array }));
  const newer = { ...manifest, schema_versions: { ...manifest.schema_versions, turn: 2 } };
  await offer(
    "bn-09",
    changed({ "MANIFEST.json": newer, "records/turn.jsonl": turns.replaceAll('"schema":1', '"schema":2') }),
  );
  await offer("bn-14", encrypted, { passphrase: "open barley" });
  await offer("bn-16", zipSync({ ...unsigned, "MANIFEST.json": bytes(manifest) }), { signers });
  await offer("bn-18", changed({ "records/turn.jsonl": `${lines[0]}\n${turns}` }));
  const { undo } = await other.importBundle(file, { mode: "replace" });
  accepted["bn-13"] = undo !== undefined;
  await other.importBundle(undo as Blob, { mode: "replace" });
  if (!canonical(await other.memories({ user })).includes("stays")) wrong.push("bn-13 cannot be undone");
  const fresh = await openWith(open(), 10);
  await fresh.importBundle(file);
  const back = await fresh.exportBundle({ user });
  const { "MANIFEST.json": __, ...payload } = await membersOf(file);
  const { "MANIFEST.json": ___, ...payloadBack } = await membersOf(back);
  accepted["bn-01"] = canonical(payload) === canonical(payloadBack);
  const kinds = manifest.selection.kinds as string[];
  for (const kind of Object.keys(others)) if (!kinds.includes(kind)) wrong.push(`there is no ${kind}`);
  for (const opened of [here, other, fresh]) await opened.close();
  return { accepted, wrong };
}
