import { byId } from "./dom.ts";

/** What is asked. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button that goes ahead says. */
  readonly action: string;
}

/** Settled when the panel has told of its closing. It tells a moment later: a question asked in that moment would end. */
let closed: Promise<unknown> = Promise.resolve();

/** Asks before something that cannot be taken back. Escape means no. */
export async function confirmed({ title, text, action }: Question): Promise<boolean> {
  await closed;
  const dialog = byId("confirm", HTMLDialogElement);
  byId("confirm-title", HTMLHeadingElement).textContent = title;
  byId("confirm-text", HTMLParagraphElement).textContent = text;
  const yes = byId("confirm-yes", HTMLButtonElement);
  yes.textContent = action;
  yes.className = "danger";
  dialog.returnValue = "no";
  dialog.showModal();
  closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  await closed;
  return dialog.returnValue === "yes";
}
