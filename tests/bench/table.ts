import type { Row } from "./measure.ts";

const header = ["", "median", "p95", "plain JS", "ratio", ""];
const widths = [58, 10, 10, 10, 7, 0];

/** What the columns are. */
export function printHeader(): void {
  console.log(`microseconds; Node ${process.version}, ${process.platform} ${process.arch}\n`);
  print(header);
}

/** What the rows below it have in common. */
export function printTitle(title: string): void {
  print([`— ${title}`]);
}

/** One line of the table. */
export function printRow(row: Row): void {
  print(cells(row));
}

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
