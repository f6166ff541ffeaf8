// The vector index beside plain JavaScript: unrolled by hand, on typed arrays, of which the fastest of several ways.

import { VectorIndex } from "../../build/wasm/core.js";
import { measure, type Row } from "./measure.ts";

const dimension = 384;
const k = 10;

/** Finding the ten vectors nearest to a query: in floating point, in bytes, and by sketches first. */
export function vectorRows(): Row[] {
  return [...rowsOf(10_000, "clustered"), ...rowsOf(100_000, "clustered"), ...rowsOf(100_000, "random")];
}

function rowsOf(count: number, kind: "clustered" | "random"): Row[] {
  const { rows, queries } = vectors(count, kind);
  const next = (call: number) => queries[call % queries.length] as Float32Array;
  const plain = (query: Float32Array) => nearest(rows, query);
  const counterpart = measure((call) => plain(next(call)));
  const expected = queries.map(plain);
  const what = `top ${k} of ${count.toLocaleString("en")} ${kind} vectors of ${dimension}`;
  const row = (
    name: string,
    index: VectorIndex,
    goal: string,
    truth: readonly (readonly number[])[],
  ): Row => {
    const times = measure((call) => index.search(next(call), k));
    const recalled = recall(truth, (place) => found(index, queries[place] as Float32Array));
    const note = `${(counterpart.median / times.median).toFixed(1)} times as fast${goal}; recall ${recalled.toFixed(3)}`;
    return { what: `${what}, ${name}`, times, counterpart, note };
  };
  const result: Row[] = [];
  if (count === 10_000) {
    const exact = filled(rows, true);
    result.push(row("f32", exact, ", floor 4, goal 6", expected));
    exact.free();
  }
  const index = filled(rows, false);
  if (count === 10_000) {
    result.push(row("int8", index, ", floor 15, goal 25", expected));
  } else {
    const int8 = queries.map((query) => best(index.cosines(query)));
    result.push(row("sketches, then int8", index, ", floor 40, goal 80", int8));
    result.push({
      what: `all cosines of ${count.toLocaleString("en")} ${kind} vectors, int8`,
      times: measure((call) => index.cosines(next(call))),
      counterpart,
    });
  }
  index.free();
  return result;
}

function filled(rows: readonly Float32Array[], exact: boolean): VectorIndex {
  const index = new VectorIndex(dimension, exact);
  rows.forEach((row, slot) => {
    index.set(slot, row);
  });
  return index;
}

function found(index: VectorIndex, query: Float32Array): number[] {
  return [...index.search(query, k)].filter((_, place) => place % 2 === 0);
}

function recall(truth: readonly (readonly number[])[], search: (place: number) => readonly number[]): number {
  let hits = 0;
  truth.forEach((slots, place) => {
    const results = search(place);
    hits += slots.filter((slot) => results.includes(slot)).length;
  });
  return hits / (truth.length * k);
}

/** Eight elements at a time into four sums, an array for each row: of six ways that were tried, the fastest. */
function dot(row: Float32Array, query: Float32Array): number {
  const at = (index: number) => (row[index] as number) * (query[index] as number);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let index = 0; index < dimension; index += 8) {
    a += at(index) + at(index + 4);
    b += at(index + 1) + at(index + 5);
    c += at(index + 2) + at(index + 6);
    d += at(index + 3) + at(index + 7);
  }
  return a + b + c + d;
}

const scores = new Float32Array(100_000);

function nearest(rows: readonly Float32Array[], query: Float32Array): number[] {
  for (let slot = 0; slot < rows.length; slot++) scores[slot] = dot(rows[slot] as Float32Array, query);
  return best(scores.subarray(0, rows.length));
}

/** The slots of the highest scores. */
function best(scores: Float32Array): number[] {
  const slots: number[] = [];
  let bar = -2;
  for (let slot = 0; slot < scores.length; slot++) {
    const score = scores[slot] as number;
    if (score <= bar) continue;
    let place = slots.length;
    while (place > 0 && (scores[slots[place - 1] as number] as number) < score) place--;
    slots.splice(place, 0, slot);
    if (slots.length > k) slots.pop();
    if (slots.length === k) bar = scores[slots[k - 1] as number] as number;
  }
  return slots;
}

/** Unit vectors around two hundred centres, or without any, and queries of the same kind. */
function vectors(count: number, kind: "clustered" | "random") {
  let state = 12_345;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
  const centres = Array.from({ length: 200 }, () => Float32Array.from({ length: dimension }, normal));
  const write = (vector: Float32Array, number: number) => {
    const centre = kind === "clustered" ? centres[number % centres.length] : undefined;
    let squares = 0;
    for (let place = 0; place < dimension; place++) {
      const element = 0.9 * normal() + (centre?.[place] ?? 0);
      vector[place] = element;
      squares += element * element;
    }
    const length = Math.sqrt(squares);
    for (let place = 0; place < dimension; place++) vector[place] = (vector[place] as number) / length;
    return vector;
  };
  const rows = Array.from({ length: count }, (_, slot) => write(new Float32Array(dimension), slot));
  const queries = Array.from({ length: 20 }, (_, number) => write(new Float32Array(dimension), 7 * number));
  return { rows, queries };
}
