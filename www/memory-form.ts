import type { FactCategory, FactView, Remembered } from "luminoracore";
import { byId, create, words } from "./dom.ts";
import { categories, fold } from "./memory-words.ts";

/** The form that adds a fact by hand. */
export class MemoryForm {
  readonly #key = byId("fact-key", HTMLInputElement);
  readonly #value = byId("fact-value", HTMLInputElement);
  readonly #category = byId("fact-category", HTMLSelectElement);

  /**
   * @param known the facts that there are
   * @param remember keeps a fact; `true` when that is done
   */
  constructor(known: () => readonly FactView[], remember: (fact: Remembered) => Promise<boolean>) {
    this.#category.append(
      ...Object.entries(categories).map(([value, text]) => create("option", { text, attributes: { value } })),
    );
    this.#category.value = "other";
    // A fact is known by category and key together: without this, a second name would be learned beside the first.
    this.#key.addEventListener("change", () => {
      const key = fold(this.#key.value);
      const fact = known().find((fact) => words(fact.key) === key);
      if (fact) this.#category.value = fact.category;
    });
    byId("remember", HTMLFormElement).addEventListener("submit", async (event) => {
      event.preventDefault();
      const category = this.#category.value as FactCategory;
      const fact = { category, key: this.#key.value.trim(), value: this.#value.value.trim() };
      if (!(await remember(fact))) return;
      this.clear();
      this.#key.focus();
    });
  }

  /** Forgets what was typed and not added. */
  clear(): void {
    this.#key.value = "";
    this.#value.value = "";
    this.#category.value = "other";
  }
}
