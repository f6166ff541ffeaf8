import { expect, it } from "vitest";
import type { VectorFindings } from "../vector-index.ts";

/** The vector index inside the wasm, here or in a browser. */
export function vectorIndexSuite(search: () => VectorFindings | Promise<VectorFindings>): void {
  it("vector index: the vector instructions give the bits of the plain code, and searches leave nothing behind", async () => {
    expect(await search()).toEqual({
      // The same three numbers are in the tests of `src/memory/vector_index`.
      int8: 3_203_851_151,
      f32: 3_152_377_189,
      filtered: 2_379_686_687,
      grown: 0,
      same: true,
      refused: "dimension",
    });
  });
}
