import { ask } from "./ask.ts";
import type { Connection } from "./connection.ts";
import { run } from "./driver.ts";
import type { Migrations, PlannedStep } from "./generated/types.ts";
import type { MigrationOptions } from "./options.ts";

/**
 * Changes all that is stored to the shape of a version, owner by owner, and notes it when all are done. Whoever begins
 * again after a crash goes on where it was.
 */
export async function migrate(
  connection: Connection,
  load: (owner: string) => Promise<void>,
  { dryRun = false, target }: MigrationOptions,
): Promise<Migrations> {
  const { core, clock, storage } = connection;
  // For nobody: the way alone.
  const steps = ask(() => core.migrationSteps("", target, clock()) as PlannedStep[]);
  if (steps.length > 0) {
    for (const owner of await storage.owners()) {
      await load(owner);
      const planned = ask(() => core.migrationSteps(owner, target, clock()) as PlannedStep[]);
      for (const [index, { records }] of planned.entries()) (steps[index] as PlannedStep).records += records;
      if (!dryRun) await run(connection, { type: "migrate", user: owner, target });
    }
    if (!dryRun) await run(connection, { type: "finish-migration", target });
  }
  return { ...ask(() => core.migrations() as Migrations), steps };
}
