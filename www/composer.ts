import { byId } from "./dom.ts";

/** Where the person writes. Writing goes on while a reply comes; sending waits for its end. */
export class Composer {
  readonly #message = byId("message", HTMLTextAreaElement);
  readonly #send = byId("send", HTMLButtonElement);
  readonly #stop = byId("stop", HTMLButtonElement);

  /**
   * @param send called with text that is more than blanks
   * @param stop called when the reply on its way is no longer wanted
   */
  constructor(send: (text: string) => void, stop: () => void) {
    const form = byId("composer", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#message.value.trim();
      if (text === "" || !this.#stop.hidden) return;
      this.text = "";
      send(text);
    });
    this.#message.addEventListener("keydown", (event) => {
      // While an input method composes a character, Enter belongs to it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#message.addEventListener("input", () => this.#fit());
    this.#stop.addEventListener("click", stop);
  }

  get text(): string {
    return this.#message.value;
  }

  set text(text: string) {
    this.#message.value = text;
    this.#fit();
  }

  /** Puts text back that could not be sent, before what has been written since. */
  giveBack(text: string): void {
    this.text = givenBack(text, this.text);
  }

  /** Whether a reply is on its way. */
  set busy(busy: boolean) {
    const focused = document.activeElement === this.#stop;
    this.#send.hidden = busy;
    this.#stop.hidden = !busy;
    this.#stop.textContent = "Stop";
    if (focused) this.focus();
  }

  /** The reply is stored already, and only its words are still to be shown. */
  replyIsComplete(): void {
    this.#stop.textContent = "Skip";
  }

  placeholder(name: string): void {
    this.#message.placeholder = `Write to ${name}`;
  }

  /** Sends what is there. */
  submit(): void {
    byId("composer", HTMLFormElement).requestSubmit();
  }

  focus(): void {
    this.#message.focus();
  }

  #fit(): void {
    this.#message.style.height = "auto";
    this.#message.style.height = `${this.#message.scrollHeight + 2}px`;
  }
}

/** A draft with text before it that came back. */
export function givenBack(text: string, draft: string): string {
  return draft.trim() === "" ? text : `${text}\n${draft}`;
}
