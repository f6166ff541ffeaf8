import type { Connection } from "./connection.ts";
import { run } from "./driver.ts";
import { type TextFile, textOfFile } from "./file.ts";
import type { ImportReport } from "./generated/types.ts";
import type { ImportOptions } from "./options.ts";
import type { Templates } from "./templates.ts";

/** Brings a relationship back; see `Luminora.importSnapshot`. `load` makes the core know the log of a person. */
export async function importSnapshot(
  { connection, load, templates }: { connection: Connection; load: Load; templates: Templates },
  file: TextFile,
  options: ImportOptions,
  anonymous: string,
): Promise<ImportReport> {
  const source = await textOfFile(file);
  // Whoever is named in the file: their log has to be known before the core reads it in earnest.
  const user = options.user ?? connection.core.userOfSnapshot(source) ?? anonymous;
  await load(user);
  const { template, restore, restore_affinity, restore_mood, restore_facts, restore_conversation } = options;
  const instead = template === undefined ? undefined : (await templates.get(template)).document;
  const command = {
    type: "import-snapshot",
    source,
    user,
    restore,
    restore_affinity,
    restore_mood,
    restore_facts,
    restore_conversation,
    on_conflict: options.onConflict ?? "refuse",
    allow_modified: options.allowModified ?? false,
    template: instead && JSON.stringify(instead),
  };
  return ((await run(connection, command)) as { value: ImportReport }).value;
}

type Load = (user: string) => Promise<void>;
