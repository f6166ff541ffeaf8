import type { SessionState } from "luminoracore";
import { deltaMark } from "./delta.ts";
import { byId, create, words } from "./dom.ts";
import type { Personality } from "./personality.ts";
import { fillTrack } from "./track.ts";

const names = ["verbosity", "formality", "humor", "empathy", "creativity", "directness"] as const;

/** Shows the parameters as they apply now, against the template's own and those before the last turn. */
export function showParameters(
  personality: Personality,
  { parameters: now, applied }: SessionState,
  before: SessionState | undefined,
): void {
  byId("parameters", HTMLUListElement).replaceChildren(
    ...names.flatMap((name) => {
      const value = now[name];
      if (value === undefined) return [];
      const earlier = before?.parameters[name];
      const bar = create("div", { class: "track" });
      fillTrack(bar, {
        label: name,
        value,
        text: value.toFixed(2),
        before: earlier,
        base: personality.base[name],
      });
      const delta = create("span", { class: "parameter-delta" }, deltaMark(earlier, value, 2));
      return create(
        "li",
        { attributes: { "data-parameter": name } },
        create("span", { class: "parameter-name", text: name }),
        delta,
        create("span", { class: "parameter-value", text: value.toFixed(2) }),
        bar,
      );
    }),
  );
  byId("applied", HTMLParagraphElement).textContent =
    applied.length > 0 ? `Shaped by ${applied.map(words).join(" and ")}` : "As the template has them";
}
