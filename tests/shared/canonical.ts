import type { StoredRecord } from "luminoracore";

/** The canonical form of a JSON value (RFC 8785), as the core writes it. Object keys sort by UTF-16 code units. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

/** SHA-256 of a value's canonical form, as hexadecimal digits. */
export async function hash(value: unknown): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(value)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Records in an order that does not depend on the storage. */
export function sorted(records: readonly StoredRecord[]): StoredRecord[] {
  return [...records].sort((a, b) => (`${a.owner}\n${a.id}` < `${b.owner}\n${b.id}` ? -1 : 1));
}
