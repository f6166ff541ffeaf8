import { expect, it } from "vitest";
import type { openLongLog } from "../checkpoint.ts";

/** A long log is opened from its checkpoint, and nothing is missing or left of what was erased. */
export function checkpointSuite(open: () => ReturnType<typeof openLongLog>): void {
  it("checkpoint: a long log is read once, then only what came since, until something is erased", async () => {
    const found = await open();
    const lighthouse = ["The lighthouse keeper is my uncle."];
    const whole = { turns: 1200, lighthouse, secrets: 1, continues: "false", kept: true, swordfish: true };
    expect(found.whole).toMatchObject(whole);
    expect(found.whole.records).toBeGreaterThan(1200);
    const { records, ...again } = { ...found.whole, continues: "true" };
    expect(found.again).toEqual({ ...again, records: 0 });
    expect(found.withLate).toEqual({ ...again, turns: 1201, records: 1 });
    expect(found.forgetting).toEqual({
      ...again,
      turns: 1201,
      records: 1,
      kept: false,
      swordfish: false,
    });
    expect(found.forgotten).toMatchObject({
      turns: 1201,
      secrets: 0,
      continues: "false",
      swordfish: false,
      kept: true,
    });
    expect(found.forgotten.records).toBe(records + 1);
    expect(found.after).toMatchObject({
      turns: 1201,
      secrets: 0,
      continues: "true",
      records: 0,
      swordfish: false,
    });
  });
}
