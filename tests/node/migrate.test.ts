import { describe, expect, it } from "vitest";
import type { Connection } from "../../js/connection.ts";
import { migrate } from "../../js/migrate.ts";

/** There is only schema 1 today, so the core is a stand-in that knows one step; `failing` is whose batch is refused. */
function connectionTo(owners: readonly string[], failing?: string) {
  const commands: string[] = [];
  const core = {
    migrationSteps: (owner: string) => [{ version: 2, name: "a_step", records: owner.length }],
    migrations: () => ({ current: 1, latest: 2, pending: ["a_step"], history: [], steps: [] }),
    dispatch: ({ type, user = "" }: { type: string; user?: string }) => {
      commands.push(`${type} ${user}`.trim());
      const error = { code: "storage", message: "The disk is full.", path: "" };
      const done = user === failing ? { error } : { output: { type: "nothing" } };
      return { op: 1, effects: [], events: [], ...done };
    },
  };
  const connection = {
    core,
    clock: () => 0,
    random: (length: number) => new Uint8Array(length),
    closing: new AbortController().signal,
    operations: new Set(),
    storage: { owners: async () => owners },
  };
  return { commands, connection: connection as unknown as Connection };
}

const loaded: string[] = [];
const load = async (owner: string) => void loaded.push(owner);

describe("a migration of a storage", () => {
  it("changes one owner after the other, and notes it at the end", async () => {
    const { commands, connection } = connectionTo(["ana", "diego"]);
    const { steps } = await migrate(connection, load, {});
    expect(steps).toEqual([{ version: 2, name: "a_step", records: 8 }]);
    expect(commands).toEqual(["migrate ana", "migrate diego", "finish-migration"]);
    expect(loaded).toEqual(["ana", "diego"]);
  });

  it("only tells in a dry run", async () => {
    const { commands, connection } = connectionTo(["ana", "diego"]);
    const { steps } = await migrate(connection, load, { dryRun: true });
    expect(steps[0]?.records).toBe(8);
    expect(commands).toEqual([]);
  });

  it("is not noted as done when the storage refuses an owner's batch", async () => {
    const { commands, connection } = connectionTo(["ana", "diego"], "diego");
    await expect(migrate(connection, load, {})).rejects.toMatchObject({ code: "storage" });
    expect(commands).toEqual(["migrate ana", "migrate diego"]);
  });
});
