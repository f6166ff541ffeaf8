import type { MoodPeriod, SessionState } from "luminoracore";
import { deltaMark } from "./delta.ts";
import { byId, create, words } from "./dom.ts";
import { duration } from "./duration.ts";
import type { Personality } from "./personality.ts";
import { fillTrack } from "./track.ts";

type Mood = SessionState["mood"];

/** The most earlier moods that are listed. */
const listed = 5;

/** Shows the mood, how strong it is, and the moods before it. `before`: the state before the last turn. */
export function showMood(personality: Personality, now: Mood, before: Mood | undefined): void {
  const name = byId("mood-name", HTMLSpanElement);
  name.textContent = words(now.current);
  name.lang = personality.language;
  name.classList.toggle("changed", before !== undefined && before.current !== now.current);
  const same = before?.current === now.current;
  byId("mood-delta", HTMLSpanElement).replaceChildren(
    deltaMark(same ? before.intensity : undefined, now.intensity, 2),
  );

  const intensity = Math.round(now.intensity * 100);
  fillTrack(byId("mood-intensity", HTMLDivElement), {
    label: "Intensity of the mood",
    value: now.intensity,
    text: `${intensity} %`,
  });
  byId("mood-percent", HTMLSpanElement).textContent = `${intensity} %`;
  const description = byId("mood-description", HTMLParagraphElement);
  description.textContent = personality.moods.get(now.current) ?? "";
  description.lang = personality.language;
  byId("mood-history", HTMLOListElement).replaceChildren(
    ...now.history
      .slice(-listed)
      .reverse()
      .map((period) => line(period, personality.language)),
  );
}

function line({ mood, started_at, ended_at }: MoodPeriod, lang: string): HTMLLIElement {
  return create(
    "li",
    {},
    create("span", { text: words(mood), lang }),
    create("time", {
      text: duration(Date.parse(ended_at) - Date.parse(started_at)),
      attributes: { datetime: ended_at },
    }),
  );
}
