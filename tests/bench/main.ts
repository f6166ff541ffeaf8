// Prints what the operations of the library take, in microseconds. Nothing here fails on a slow machine.

import { lastResult, type Row } from "./measure.ts";
import { readyRows } from "./ready.ts";
import { blendRows, boundaryRows, compileRows, load, memoryRows, readingRows, turnRows } from "./rows.ts";
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
  ["Ready", readyRows],
];
console.log(`microseconds; Node ${process.version}, ${process.platform} ${process.arch}\n`);
const header = ["", "median", "p95", "plain JS", "ratio", ""];
const widths = [58, 10, 10, 10, 7, 0];
print(header);
for (const [title, rows] of groups) {
  print([`— ${title}`]);
  for (const row of await rows()) print(cells(row));
}
console.log("— A year: points of affinity, 2,000 turns on two devices (· nobody came)");
for (const line of await drawYear()) console.log(line);
if (lastResult() === undefined) throw new Error("the work was left out");

function cells({ what, times, counterpart, note }: Row): string[] {
  const ratio = counterpart ? (times.median / counterpart.median).toFixed(2) : "";
  return [
    what,
    figure(times.median),
    figure(times.p95),
    counterpart ? figure(counterpart.median) : "",
    ratio,
    note ?? "",
  ];
}

function figure(microseconds: number): string {
  return microseconds.toLocaleString("en", {
    maximumFractionDigits: microseconds < 10 ? 2 : microseconds < 100 ? 1 : 0,
  });
}

function print(row: string[]): void {
  const line = row.map((cell, column) => {
    const width = widths[column] ?? 0;
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  });
  console.log(line.join("  ").trimEnd());
}
