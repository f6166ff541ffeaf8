type Zlib = Pick<typeof import("node:zlib"), "createDeflateRaw" | "createInflateRaw"> &
  Partial<Pick<typeof import("node:zlib"), "crc32">>;
type NodeCrypto = Pick<typeof import("node:crypto"), "createHash">;

const builtin = (
  globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
).process?.getBuiltinModule?.bind(undefined);

/**
 * Node's own, where there is one: without the streams of the web around it, which take longer there than what they are
 * for.
 */
export const zlib = builtin?.("node:zlib") as Zlib | undefined;

/** Node's own, where there is one: it hashes piece by piece, which that of the web does not. */
export const nodeCrypto = builtin?.("node:crypto") as NodeCrypto | undefined;

export type { Zlib };
