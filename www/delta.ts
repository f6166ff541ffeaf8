import { create } from "./dom.ts";

/** A mark of what the last turn changed, or nothing: an arrow and a number, and words for those who listen. */
export function deltaMark(before: number | undefined, after: number, digits: number): Node {
  const change = before === undefined ? 0 : after - before;
  const amount = Math.abs(change).toFixed(digits);
  if (Number(amount) === 0) return document.createTextNode("");
  const up = change > 0;
  return create(
    "span",
    { class: `delta ${up ? "delta-up" : "delta-down"}` },
    create("span", { text: up ? "▲" : "▼", attributes: { "aria-hidden": "true" } }),
    create("span", { class: "visually-hidden", text: up ? "up by " : "down by " }),
    ` ${amount}`,
  );
}
