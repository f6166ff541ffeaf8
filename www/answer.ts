/** The question that was asked last. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Asks what a dialog says and waits for the answer: whether it was closed by its button with the value `yes`. One question
 * after the other; `prepare` writes into the dialog when it is its turn.
 */
export function answered(dialog: HTMLDialogElement, prepare: () => void): Promise<boolean> {
  // A dialog tells of its closing a moment later: what was asked again in that moment would end.
  const answer = last.then(() => {
    prepare();
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise<boolean>((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  });
  last = answer.catch(() => {});
  return answer;
}
