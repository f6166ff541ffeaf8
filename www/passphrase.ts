import { LuminoraError } from "luminoracore";
import { answered } from "./answer.ts";
import { byId } from "./dom.ts";

/**
 * Opens a file that may be encrypted: asks for its passphrase when there is one, and again while it is wrong.
 * `undefined`: they gave up.
 */
export async function withPassphrase<Result>(
  file: string,
  open: (passphrase?: string) => Promise<Result>,
): Promise<Result | undefined> {
  let passphrase: string | undefined;
  for (;;) {
    try {
      return await open(passphrase);
    } catch (error) {
      const question = LuminoraError.isInstance(error) ? questions[error.code] : undefined;
      if (!question) throw error;
      passphrase = await given(`${file} ${question}`);
      if (passphrase === undefined) return undefined;
    }
  }
}

const questions: Readonly<Record<string, string>> = {
  passphrase_required: "can be opened with its passphrase only.",
  decrypt_failed: "did not open: the passphrase is wrong, or the file was changed.",
};

async function given(text: string): Promise<string | undefined> {
  const input = byId("passphrase-given", HTMLInputElement);
  const isGiven = await answered(byId("passphrase", HTMLDialogElement), () => {
    byId("passphrase-text", HTMLParagraphElement).textContent = text;
  });
  const passphrase = input.value;
  // Nothing of it stays on the page.
  input.value = "";
  return isGiven ? passphrase : undefined;
}
