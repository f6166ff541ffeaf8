import { Luminora, LuminoraError, type MemoryChanged, type NoteProgress, type Storage } from "luminoracore";
import { fakeClock, seededRandom } from "luminoracore/testing";
import { canonical } from "./canonical.ts";
import { everything } from "./recording.ts";

const user = "diego";

/** One of `tests/cases/minime/chunker.json`, as far as notes can tell. */
export interface ChunkCase {
  readonly id: string;
  readonly input: string;
  readonly count: number;
  readonly ranges_utf16: readonly (readonly [number, number])[];
}

/** The text that a case describes: `"a" repeated 3`, `e + U+0301 repeated 3`. */
function textOf(recipe: string): string {
  const [, what = "", times] = /^(.*) repeated (\d+)$/s.exec(recipe) ?? [];
  const character = (name: string) =>
    name.startsWith("U+") ? String.fromCodePoint(Number.parseInt(name.slice(2), 16)) : name;
  const parts = what.split(" ").filter((part) => part !== "+");
  const text = what.startsWith('"') ? (JSON.parse(what) as string) : parts.map(character).join("");
  return text.repeat(Number(times));
}

function openWith(storage: Storage): Promise<Luminora> {
  return Luminora.open({ storage, clock: fakeClock(), random: seededRandom(5) });
}

async function refusal(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "fine";
  } catch (error) {
    return LuminoraError.isInstance(error) ? `${error.code} ${error.path}`.trim() : String(error);
  }
}

/** The spans in which each text of the cases is recalled, by id; none for a blank one. */
export async function cutTexts(storage: Storage, cases: readonly ChunkCase[]) {
  const luminora = await openWith(storage);
  const documents = cases.map(({ id, input }) => ({ source: id, text: textOf(input) }));
  const { notes } = await luminora.importNotes(documents, { user });
  const spans: Record<string, unknown> = {};
  for (const { source, id } of notes) spans[source] = id ? (await luminora.note(id, { user })).spans : [];
  await luminora.close();
  return spans;
}

/** A person brings documents along, again, changed, and takes one back. */
export async function importReplaceForget(storage: Storage) {
  const luminora = await openWith(storage);
  const session = await luminora.createSession({ template: "alicia", user });
  const told: MemoryChanged[] = [];
  session.on("memory-change", (change) => told.push(change));
  const counts = ({ notes, ...counts }: Awaited<ReturnType<typeof luminora.importNotes>>) => counts;
  const tides = {
    source: "tides.md",
    text: new TextEncoder().encode("\uFEFFThe old tide table."),
    title: "Tides",
  };
  const boat = { source: "boat.txt", text: new Blob(["Mend the boat."]), domain: "harbour" };
  const blank = { source: "blank.txt", text: "\uFEFF \n" };
  const first = counts(
    await luminora.importNotes([tides, boat, blank], { user, domain: "sea", tags: ["x"] }),
  );
  const again = counts(
    await luminora.importNotes([tides, boat, blank], { user, domain: "sea", tags: ["x"] }),
  );
  const one = await luminora.importNotes("The new tide table.", { user, source: "tides.md" });
  const listed = await luminora.notes({ user });
  const read = await luminora.note(one.notes[0]?.id ?? "", { user });
  const snapshot = await session.exportSnapshot();
  const erased = await luminora.forget({ source: "tides.md" }, { user });
  const left = canonical(await everything(storage));
  const back = await luminora.importNotes("The new tide table.", { user, source: "tides.md" });
  // Another tab reads what is stored.
  const other = await openWith(storage);
  const kept = (await other.notes({ user })).map(({ source }) => source);
  await other.erase({ user });
  const afterwards = [
    (await other.notes({ user })).length,
    canonical(await everything(storage)).includes("tide table"),
  ];
  await other.close();
  await luminora.close();
  return {
    first,
    again,
    replaced: one.notes.map(({ source, change, chunks }) => ({ source, change, chunks })),
    listed: listed.map(({ id, created_at, ...rest }) => rest),
    read: [read.title, read.text, read.spans],
    exported: snapshot.includes("tide table"),
    erased: erased.map(({ kind, type }) => `${kind} ${type}`),
    told: told.map(({ memory_type, change }) => `${memory_type} ${change}`),
    gone: ["old tide", "new tide"].filter((words) => left.includes(words)),
    back: [back.added, back.notes[0]?.id === one.notes[0]?.id],
    kept,
    afterwards,
  };
}

/** Many documents: in batches, with progress, with an end by a signal, and nothing of what is refused. */
export async function importMany(storage: Storage) {
  const luminora = await openWith(storage);
  const documents = Array.from({ length: 100 }, (_, index) => ({
    source: `notes/${String(index).padStart(3, "0")}.md`,
    text: `Note ${index}. `.repeat(index + 1),
  }));
  const stored = async () => (await luminora.notes({ user })).length;
  const bad = async (change: object) => {
    const changed = documents.map((document, index) =>
      index === 90 ? { ...document, ...change } : document,
    );
    return [await refusal(() => luminora.importNotes(changed, { user })), await stored()];
  };
  const large = Array.from({ length: 11 }, (_, index) => ({ source: `${index}`, text: "é".repeat(5 << 19) }));
  const refused = [
    await bad({ text: "a\0b" }),
    await bad({ text: new Uint8Array([0xff, 0x61]) }),
    await bad({ text: "é".repeat((5 << 19) + 1) }),
    await bad({ source: "notes/000.md" }),
    await bad({ source: "" }),
    await bad({ colour: "blue" }),
    [await refusal(() => luminora.importNotes(large, { user })), await stored()],
    [await refusal(() => luminora.importNotes("text", { user } as never)), await stored()],
  ];
  const abort = new AbortController();
  const onFirst = () => abort.abort();
  const aborted = await refusal(() =>
    luminora.importNotes(documents, { user, signal: abort.signal, onProgress: onFirst }),
  );
  const before = await stored();
  const progress: NoteProgress[] = [];
  const { added, unchanged, chunks } = await luminora.importNotes(documents, {
    user,
    onProgress: (step) => progress.push(step),
  });
  const chunked = (await luminora.notes({ user })).reduce((sum, note) => sum + note.chunks, 0);
  const none = await luminora.importNotes([], { user });
  await luminora.close();
  return {
    refused,
    aborted,
    interrupted: before > 0 && before < 100,
    resumed: added + before === 100 && unchanged === before,
    chunks: chunks === chunked,
    steps: progress.length > 1,
    rising: progress.every(({ done }, index) => done > (progress[index - 1]?.done ?? 0)),
    last: progress.at(-1),
    none: none.documents,
  };
}
