import { gzipSync } from "node:zlib";
import { Luminora, memoryStorage } from "luminoracore";
import { measureLater, type Row, type Times } from "./measure.ts";
import { owner, storageWith } from "./turns.ts";

const turns = 10_000;

/** A conversation of 10,000 turns as a file, out and in. */
export async function snapshotRows(): Promise<Row[]> {
  const { storage, session: id, now } = await storageWith(turns, { runs: true, turnsOfSession: turns });
  const luminora = await Luminora.open({ storage, clock: () => now });
  const session = await luminora.createSession({ session: id, user: owner });
  const file = await session.exportSnapshot();
  const dense = JSON.stringify(JSON.parse(file));
  const compact = await session.exportSnapshot({ compact: true });
  const rows = [
    row("exported", file, await measureLater(5, () => session.exportSnapshot())),
    row("exported, compact", compact, await measureLater(5, () => session.exportSnapshot({ compact: true }))),
    row(
      "exported, anonymized",
      file,
      await measureLater(2, () => session.exportSnapshot({ anonymize: true })),
    ),
    row("imported", file, await timesOfImport(file, now)),
    row("imported, compact", compact, await timesOfImport(compact, now)),
  ];
  await luminora.close();
  const share = (part: number, whole: number) => (part / whole).toFixed(2);
  const sizes = `${share(compact.length, dense.length)} of the JSON without white space`;
  const packed = `both with gzip ${share(gzipSync(compact).length, gzipSync(dense).length)}, goal 1.10`;
  const [, second] = rows as [Row, Row];
  rows[1] = { ...second, note: `${second.note}; ${sizes}; ${packed}` };
  return rows;
}

/** Into nothing, each time. */
async function timesOfImport(file: string, now: number): Promise<Times> {
  const opened: Luminora[] = [];
  const times = await measureLater(5, async () => {
    const luminora = await Luminora.open({ storage: memoryStorage(), clock: () => now });
    opened.push(luminora);
    await luminora.importSnapshot(file);
  });
  // What is indexed and kept when they are closed is no part of it.
  for (const luminora of opened) await luminora.close();
  return times;
}

function row(what: string, file: string, times: Times): Row {
  const megabytes = Buffer.byteLength(file) / 1e6;
  const speed = Math.round((megabytes / times.median) * 1e6);
  return { what, times, note: `${megabytes.toFixed(1)} MB, ${speed} MB/s, goal 50` };
}
