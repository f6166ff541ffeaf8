/** Settled when the last question has told of its closing. It tells a moment later: one asked in that moment would end. */
let closed: Promise<unknown> = Promise.resolve();

/** Asks what a dialog says and waits for the answer: whether it was closed by its button with the value `yes`. */
export async function answered(dialog: HTMLDialogElement): Promise<boolean> {
  await closed;
  dialog.returnValue = "no";
  dialog.showModal();
  closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  await closed;
  return dialog.returnValue === "yes";
}
