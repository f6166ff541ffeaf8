import { initSync, VectorIndex } from "../../build/wasm/core.js";

const dimensions = [1, 3, 8, 17, 100, 384, 1000];
const filteredFrom = 20_000;

/** What came out of the vector instructions, as one number each, and how much memory grew while searching. */
export interface VectorFindings {
  /** The bits of all cosines, of rows in bytes and of rows in floating point. */
  readonly int8: number;
  readonly f32: number;
  /** The slots and the bits of what filtered searches found. */
  readonly filtered: number;
  /** Bytes by which the memory is larger after many searches, beyond what the first ones took. */
  readonly grown: number;
  /** Whether an index that was made of bytes finds the same. */
  readonly same: boolean;
  /** The code with which a query of another dimension is refused. */
  readonly refused: unknown;
}

/** The vector index on fixed numbers; the tests of `src/memory/vector_index` do the same without vector instructions. */
export function searchVectors(core: BufferSource): VectorFindings {
  const { memory } = initSync({ module: core });
  const findings = { int8: bitsOfCosines(false), f32: bitsOfCosines(true), ...searchMany(memory) };
  const small = new VectorIndex(2, false);
  try {
    small.search(new Float32Array(3), 1);
    return { ...findings, refused: undefined };
  } catch (error) {
    return { ...findings, refused: (error as { code?: unknown }).code };
  } finally {
    small.free();
  }
}

function bitsOfCosines(exact: boolean): number {
  const hash = new Hash();
  for (const dimension of dimensions) {
    const numbers = new Numbers(dimension);
    const index = new VectorIndex(dimension, exact);
    for (let slot = 0; slot < 37; slot++) index.set(slot, numbers.vector(dimension));
    for (const cosine of index.cosines(numbers.vector(dimension)).subarray(0, 37)) hash.add(bitsOf(cosine));
    index.free();
  }
  return hash.value;
}

function searchMany(memory: WebAssembly.Memory) {
  const dimension = 100;
  const numbers = new Numbers(dimension);
  const index = new VectorIndex(dimension, false);
  for (let slot = 0; slot < filteredFrom; slot++) index.set(slot, numbers.vector(dimension));
  const queries = Array.from({ length: 20 }, () => numbers.vector(dimension));
  const hash = new Hash();
  for (const query of queries) {
    const found = index.search(query, 50);
    for (let at = 0; at < found.length; at += 2) {
      hash.add(found[at] as number);
      hash.add(bitsOf(found[at + 1] as number));
    }
  }
  const [query] = queries as [Float32Array];
  const again = VectorIndex.fromBytes(index.toBytes());
  const same = again?.search(query, 50).toString() === index.search(query, 50).toString();
  again?.free();
  const before = memory.buffer.byteLength;
  for (let call = 0; call < 3_000; call++) index.search(queries[call % queries.length] as Float32Array, 10);
  for (let call = 0; call < 300; call++) index.cosines(query);
  const grown = memory.buffer.byteLength - before;
  index.free();
  return { filtered: hash.value, same, grown };
}

/** Numbers in -1..1 that are the same everywhere. */
class Numbers {
  constructor(private state: number) {}

  vector(dimension: number): Float32Array {
    return Float32Array.from({ length: dimension }, () => this.next());
  }

  private next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 8) / 8_388_608 - 1;
  }
}

class Hash {
  value = 0;

  add(number: number): void {
    this.value = (Math.imul(this.value, 31) + number) >>> 0;
  }
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

function bitsOf(number: number): number {
  float[0] = number;
  return word[0] as number;
}
