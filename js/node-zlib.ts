type Zlib = Pick<typeof import("node:zlib"), "createDeflateRaw" | "createInflateRaw"> &
  Partial<Pick<typeof import("node:zlib"), "crc32">>;

/**
 * Node's own, where there is one: without the streams of the web around it, which take longer there than what they are
 * for.
 */
export const zlib = (
  globalThis as { process?: { getBuiltinModule?(name: string): Zlib | undefined } }
).process?.getBuiltinModule?.("node:zlib");

export type { Zlib };
