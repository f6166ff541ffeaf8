/** A personality document: JSON text, its bytes, or the object. */
export type Document = string | Uint8Array | object;

/** A document as the UTF-8 bytes that the core reads. */
export function bytesOf(document: Document): Uint8Array {
  return document instanceof Uint8Array ? document : new TextEncoder().encode(textOf(document));
}

/** A document as JSON text. */
export function textOf(document: Document): string {
  if (typeof document === "string") return document;
  return document instanceof Uint8Array ? new TextDecoder().decode(document) : stringify(document);
}

/**
 * JSON text in which NaN and the infinities stay numbers that are too large, instead of turning into null: the core
 * then names each of them.
 */
function stringify(value: object): string {
  const marker = `\0${Math.random()}`;
  let found = false;
  const text = JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== "number" || Number.isFinite(member)) return member;
    found = true;
    return marker;
  });
  return found ? text.replaceAll(JSON.stringify(marker), "1e999") : text;
}
