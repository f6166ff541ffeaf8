import type { EpisodeView, FactView, MemoryView } from "luminoracore";
import { button, create } from "./dom.ts";
import { earlierValues, factParts, inWords, occasion, standing, weight } from "./memory-words.ts";
import { fillTrack } from "./track.ts";

/** What can be done with a memory. */
export interface MemoryActions {
  forget(memory: MemoryView): void;
  restore(memory: MemoryView): void;
}

/** A memory in the list, with its buttons. */
export function memoryItem(memory: MemoryView, actions: MemoryActions): HTMLLIElement {
  const act = (text: string, work: (memory: MemoryView) => void) => {
    const made = button(text, "quiet memory-action", () => work(memory));
    made.setAttribute("aria-label", `${text} ${inWords(memory)}`);
    return made;
  };
  const restore = memory.status === "archived" ? [act("Restore", actions.restore)] : [];
  return create(
    "li",
    { class: "memory", attributes: { "data-memory": memory.id } },
    create("div", { class: "memory-body" }, ...(memory.type === "fact" ? fact(memory) : episode(memory))),
    create("div", { class: "memory-actions" }, ...restore, act("Forget", actions.forget)),
  );
}

function fact(memory: FactView): Node[] {
  const { about, separator, text } = factParts(memory.key, memory.value);
  const before = earlierValues(memory);
  return [
    create(
      "p",
      { class: "memory-text" },
      create("span", { class: "memory-key", text: about }),
      create("span", { class: "visually-hidden", text: separator }),
      create("span", { class: "memory-value", text }),
    ),
    note(standing(memory)),
    ...(before ? [note(before)] : []),
    ...(memory.status === "superseded" ? [note("you have said the opposite since")] : []),
  ];
}

function episode(memory: EpisodeView): Node[] {
  const bar = create("div", { class: "track memory-weight" });
  const text = weight[memory.class];
  // It fades all the time: as far as anybody can see.
  const value = Math.round(memory.current_importance * 10) / 100;
  fillTrack(bar, { label: "How much it matters", value, text });
  return [
    create("p", { class: "memory-text" }, create("span", { class: "memory-value", text: memory.title })),
    note(occasion(memory)),
    create("div", { class: "memory-matters" }, bar, create("span", { class: "muted", text })),
  ];
}

function note(text: string): HTMLElement {
  return create("p", { class: "muted", text });
}
