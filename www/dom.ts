/** The element of the page with this id. A missing one is a mistake in index.html. */
export function byId<T extends HTMLElement>(id: string, type: { new (): T; prototype: T }): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`);
  return found;
}

interface Properties {
  readonly class?: string;
  readonly text?: string;
  /** Language of the text, where it is not the page's. */
  readonly lang?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A new element. Text becomes a text node, never markup: what personalities and models say is not trusted. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { class: className, text, lang, attributes = {} }: Properties = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (lang) element.lang = lang;
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A new button that does something. */
export function button(text: string, className: string, act: () => void): HTMLButtonElement {
  const made = create("button", { class: className, text, attributes: { type: "button" } });
  made.addEventListener("click", act);
  return made;
}

/** A stored name (`close_friend`) as people read it. */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}
