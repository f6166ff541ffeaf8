/** Where a log ends: the random name of the log, and the place of its last change. As text `<log>:<last>`. */
export interface Position {
  readonly log: string;
  readonly last: number;
}

/** A position as it is told; undefined: it is none. */
export function parsePosition(text: string): Position | undefined {
  const [, log, last] = /^([0-9a-f-]{36}):(0|[1-9]\d{0,14})$/.exec(text) ?? [];
  return log && last ? { log, last: Number(last) } : undefined;
}
