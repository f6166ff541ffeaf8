import type { JsonObject } from "../models/answer.ts";
import type { Values } from "./embedder.ts";
import { isObjects } from "./http-embedder.ts";

/** The vectors of an answer in OpenAI's shape, as lists of numbers or as base64. */
export function openaiVectors({ data }: JsonObject): readonly Values[] | undefined {
  if (!isObjects(data)) return undefined;
  return inOrder(data)?.map(({ embedding }) =>
    typeof embedding === "string" ? decoded(embedding) : (embedding as Values),
  );
}

/** The items by their `index`; as they come where none has one; `undefined` when the indices name no order. */
function inOrder(items: readonly JsonObject[]): readonly JsonObject[] | undefined {
  if (items.every(({ index }) => index === undefined)) return items;
  const sorted: JsonObject[] = [];
  for (const item of items) {
    const { index } = item;
    if (!Number.isSafeInteger(index) || (index as number) < 0 || (index as number) >= items.length)
      return undefined;
    sorted[index as number] = item;
  }
  // An index that came twice left a hole.
  return Object.keys(sorted).length === items.length ? sorted : undefined;
}

/** Base64 of 32-bit floats, the lowest byte first; no vector when it is anything else. */
function decoded(text: string): Values {
  let bytes: string;
  try {
    bytes = atob(text);
  } catch {
    return [];
  }
  if (bytes.length % 4 !== 0) return [];
  const view = new DataView(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)).buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}
