const oneDay = 24 * 60 * 60_000;

/** A day as people say it: `today`, `yesterday`, `Nov 3`, `Nov 3, 2024`. */
export function day(time: string): string {
  const date = new Date(time);
  const now = new Date();
  if (date.toDateString() === now.toDateString()) return "today";
  if (date.toDateString() === new Date(now.getTime() - oneDay).toDateString()) return "yesterday";
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return date.toLocaleDateString("en", { month: "short", day: "numeric", ...year });
}

/** A moment, as closely as it matters: `8:23 PM` of today, or else the day. */
export function moment(time: string): string {
  const said = day(time);
  if (said !== "today") return said;
  return new Date(time).toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" });
}
