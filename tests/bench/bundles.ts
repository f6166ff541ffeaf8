import { Luminora, memoryStorage } from "luminoracore";
import { measureLater, type Row, summary, type Times } from "./measure.ts";
import { owner, storageWith } from "./turns.ts";

const turns = 10_000;
const calls = 5;

/** A log of 10,000 turns with their runs as a file, and the file as a log: with short answers, and with those of models. */
export async function bundleRows(): Promise<Row[]> {
  return [...(await rowsOf(1)), ...(await rowsOf(8))];
}

async function rowsOf(sentencesOfAnswer: number): Promise<Row[]> {
  const { storage, now } = await storageWith(turns, { runs: true, sentencesOfAnswer });
  const luminora = await Luminora.open({ storage, clock: () => now });
  const file = await luminora.exportBundle({ user: owner });
  const { members } = await luminora.verifyBundle(file);
  const bytes = members.reduce((sum, member) => sum + member.bytes, 0);
  const text = JSON.stringify(await recordsOf(storage));
  const rows: Row[] = [];
  const row = (what: string, times: Times, counterpart?: Times) => {
    const speed = (bytes / times.median).toFixed(0);
    const note = `${speed} MB/s; floor 50; file ${(file.size / 1e6).toFixed(1)} MB of ${(bytes / 1e6).toFixed(1)}`;
    rows.push({ what, times, counterpart, note });
  };
  // Without order, hashes or rules: what there is to pack and unpack.
  const packed = await measureLater(calls, () => pack(text));
  const gzip = await pack(text);
  const unpacked = await measureLater(calls, async () => JSON.parse(await unpack(gzip)));
  row(
    `export 10,000 turns, answers of ${sentencesOfAnswer} sentences (beside: JSON text, gzip)`,
    await measureLater(calls, () => luminora.exportBundle({ user: owner })),
    packed,
  );
  row(
    "verify (beside: gunzip, JSON.parse)",
    await measureLater(calls, () => luminora.verifyBundle(file)),
    unpacked,
  );
  const imports: number[] = [];
  for (let call = 0; call < calls; call++) {
    const target = await Luminora.open({ storage: memoryStorage(), clock: () => now });
    const begun = performance.now();
    await target.importBundle(file);
    imports.push((performance.now() - begun) * 1000);
    // Before the next one begins: afterwards it would make its index.
    await target.close();
  }
  row("import into an empty log (the same)", summary(imports), unpacked);
  row(
    "import what is known (the same)",
    await measureLater(calls, () => luminora.importBundle(file)),
    unpacked,
  );
  await luminora.close();
  return rows;
}

async function recordsOf(storage: Awaited<ReturnType<typeof storageWith>>["storage"]): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const batch of storage.scan(owner)) records.push(...batch);
  return records;
}

function pack(text: string): Promise<Blob> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream as ReadableStream).blob();
}

function unpack(file: Blob): Promise<string> {
  return new Response(file.stream().pipeThrough(new DecompressionStream("gzip")) as ReadableStream).text();
}
