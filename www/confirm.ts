import { answered } from "./answer.ts";
import { byId } from "./dom.ts";

/** What is asked. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button that goes ahead says. */
  readonly action: string;
}

/** Asks before something that cannot be taken back. Escape means no. */
export function confirmed({ title, text, action }: Question): Promise<boolean> {
  return answered(byId("confirm", HTMLDialogElement), () => {
    byId("confirm-title", HTMLHeadingElement).textContent = title;
    byId("confirm-text", HTMLParagraphElement).textContent = text;
    const yes = byId("confirm-yes", HTMLButtonElement);
    yes.textContent = action;
    yes.className = "danger";
  });
}
