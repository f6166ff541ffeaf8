import { type ImportOptions, type Luminora, LuminoraError } from "luminoracore";
import { confirmed } from "./confirm.ts";
import { isArchive } from "./file.ts";
import { owner } from "./owner.ts";
import { withPassphrase } from "./passphrase.ts";

/** What a file has brought. */
export interface Brought {
  /** The conversation to look at. */
  readonly session: string | undefined;
  /** What happened, in a sentence. */
  readonly text: string;
  /** What could not be taken as it is. */
  readonly notes: readonly string[];
}

/**
 * Brings back what people took along: a snapshot or everything. Where a doubt is theirs to settle, they are asked.
 * `undefined`: they said no, and nothing was changed.
 *
 * @throws LuminoraError when the file cannot be read, or was changed
 */
export async function bringBack(luminora: Luminora, file: File): Promise<Brought | undefined> {
  return (await isArchive(file)) ? bringAll(luminora, file) : bringSnapshot(luminora, file);
}

/** What is in the file is added to what is here; what was erased on either side stays so. */
async function bringAll(luminora: Luminora, file: File): Promise<Brought | undefined> {
  const report = await withPassphrase(file.name, (passphrase) =>
    luminora.importBundle(file, { user: owner, ...(passphrase === undefined ? {} : { passphrase }) }),
  );
  if (!report) return undefined;
  const [latest] = await luminora.sessions({ user: owner });
  const text = `${file.name} is here: ${report.new} new, ${report.changed} changed, ${report.erased} erased.`;
  const notes = report.quarantined.map(({ id, message }) => `left out ${id}: ${message}`);
  return { session: latest?.id, text, notes };
}

async function bringSnapshot(luminora: Luminora, file: File): Promise<Brought | undefined> {
  let options: ImportOptions = { user: owner };
  for (;;) {
    try {
      const { session, report } = await luminora.importSnapshot(file, options);
      const text = `${file.name} is back: the conversation is open behind this panel.`;
      return {
        session,
        text,
        notes: report.map(({ action, path, reason }) => `${action} ${path}: ${reason}`),
      };
    } catch (error) {
      const code = LuminoraError.isInstance(error) ? error.code : undefined;
      if (code === "instance_exists" && !options.onConflict) {
        if (!(await confirmed(replaceQuestion))) return undefined;
        options = { ...options, onConflict: "replace" };
      } else if (code === "hash_mismatch" && !options.allowModified) {
        if (!(await confirmed(modifiedQuestion))) return undefined;
        options = { ...options, allowModified: true };
      } else throw error;
    }
  }
}

const replaceQuestion = {
  title: "Replace what is here?",
  text: "You already have a relationship with this personality. The affinity and mood of the file would take its place. Export first if you want to keep it.",
  action: "Replace",
};

const modifiedQuestion = {
  title: "Import a changed file?",
  text: "The file was changed after it was exported, by hand or by damage. Its content is still checked.",
  action: "Import anyway",
};
