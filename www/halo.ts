import type { Level } from "./personality.ts";

const namespace = "http://www.w3.org/2000/svg";
const radius = 54;
/** Degrees between two levels on the ring. */
const gap = 5;

/** The ring of affinity around an initial: one segment for each level, lit up to the points. Decoration only. */
export function halo(initial: string, levels: readonly Level[], points: number): SVGSVGElement {
  const svg = draw("svg", { viewBox: "0 0 128 128", "aria-hidden": "true", focusable: "false" });
  const segments = levels.length > 0 ? levels.map(({ range }) => range) : [[0, 100] as const];
  for (const [from, to] of segments) {
    const [begin, end] = [angle(from), angle(to === 100 ? 100 : to + 1)];
    const stop = end - (segments.length > 1 ? gap : 0.01);
    svg.append(draw("path", { class: "halo-track", d: arc(begin, stop) }));
    const lit = Math.min(
      stop,
      begin + ((points - from) / (to - from + (to === 100 ? 0 : 1))) * (stop - begin),
    );
    if (points > from && lit > begin) svg.append(draw("path", { class: "halo-lit", d: arc(begin, lit) }));
  }
  const letter = draw("text", { class: "halo-initial", x: 64, y: 66 });
  letter.textContent = initial;
  svg.append(letter);
  return svg;
}

/** The letter that stands for a name: that of its last word, for the first is often a title. */
export function initialOf(name: string): string {
  return [...(name.trim().split(/\s+/).at(-1) ?? "")][0]?.toUpperCase() ?? "?";
}

function angle(points: number): number {
  return (points / 100) * 360;
}

function arc(begin: number, end: number): string {
  const at = (degrees: number) => {
    const turned = ((degrees - 90) * Math.PI) / 180;
    return `${(64 + radius * Math.cos(turned)).toFixed(3)} ${(64 + radius * Math.sin(turned)).toFixed(3)}`;
  };
  return `M${at(begin)}A${radius} ${radius} 0 ${end - begin > 180 ? 1 : 0} 1 ${at(end)}`;
}

function draw<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
