/** One change of a document: `["set", pointer, value]` or `["delete", pointer]`. */
export type Change = ["set", string, unknown] | ["delete", string];

/** A document with changes, as text. Missing parents are made; `tests/it/template.rs` does the same. */
export function mutated(source: string, changes: readonly Change[]): string {
  const whole = { document: JSON.parse(source) };
  for (const [what, pointer, value] of changes) {
    const keys = ["document", ...pointer.split("/").slice(1).map(unescaped)];
    const last = keys.pop() as string;
    let parent = whole as Record<string, unknown>;
    for (const key of keys) {
      if (typeof parent[key] !== "object" || parent[key] === null) parent[key] = {};
      parent = parent[key] as Record<string, unknown>;
    }
    if (what === "set") parent[last] = expanded(value);
    else if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
  }
  return JSON.stringify(whole.document);
}

function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** `{"$repeat": ["x", 101]}` stands for a long string, `{"$repeat": [[item], 101]}` for a long array. */
function expanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expanded);
  if (typeof value !== "object" || value === null) return value;
  if ("$repeat" in value) {
    const [what, count] = value.$repeat as [string | unknown[], number];
    return typeof what === "string" ? what.repeat(count) : Array(count).fill(expanded(what[0]));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expanded(item)]));
}
