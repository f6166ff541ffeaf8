const alphabet = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const filler = 61; // "="

/** Bytes as a text that every driver hands over as it is. Node's `btoa` takes ten times as long. */
export function toBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(filler);
  for (let from = 0, to = 0; from < bytes.length; from += 3) {
    const [first = 0, second = 0, third = 0] = [bytes[from], bytes[from + 1], bytes[from + 2]];
    const bits = (first << 16) | (second << 8) | third;
    const letters = Math.min(bytes.length - from, 3) + 1;
    for (let letter = 0; letter < letters; letter++) {
      text[to++] = alphabet[(bits >> (18 - 6 * letter)) & 63] as number;
    }
  }
  return new TextDecoder("latin1").decode(text);
}

/** What {@link toBase64} wrote, or PostgreSQL, which breaks lines. */
export function fromBase64(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = characters.charCodeAt(index);
  return bytes;
}
