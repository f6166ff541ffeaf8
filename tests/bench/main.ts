// Prints what the operations of the library take, in microseconds. Nothing here fails on a slow machine.

import { appendRows } from "./append.ts";
import { bundleRows } from "./bundles.ts";
import { lastResult, type Row } from "./measure.ts";
import { providerRows } from "./providers.ts";
import { readyRows } from "./ready.ts";
import { recallRows } from "./recall.ts";
import { blendRows, boundaryRows, compileRows, load, memoryRows, readingRows, turnRows } from "./rows.ts";
import { snapshotRows } from "./snapshots.ts";
import { storageRows } from "./storage.ts";
import { printHeader, printRow, printTitle } from "./table.ts";
import { vectorRows } from "./vectors.ts";
import { drawYear } from "./year.ts";

await load();
const groups: [title: string, rows: () => Row[] | Promise<Row[]>][] = [
  ["Compile", compileRows],
  ["Blend", blendRows],
  ["Every personality", memoryRows],
  ["Turn", turnRows],
  ["Boundary", boundaryRows],
  ["Reading", readingRows],
  ["Similar vectors", vectorRows],
  ["Recall", recallRows],
  ["PostgreSQL", storageRows],
  ["Bundles", bundleRows],
  ["Snapshots of 10,000 turns", snapshotRows],
  ["Model over HTTP", providerRows],
  ["IndexedDB", appendRows],
  ["Ready", readyRows],
];
printHeader();
for (const [title, rows] of groups) {
  printTitle(title);
  for (const row of await rows()) printRow(row);
}
console.log("— A year: points of affinity, 2,000 turns on two devices (· nobody came)");
for (const line of await drawYear()) console.log(line);
if (lastResult() === undefined) throw new Error("the work was left out");
