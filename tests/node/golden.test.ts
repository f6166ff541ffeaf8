import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Luminora, LuminoraError } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { afterAll, expect, it } from "vitest";
import { openGolden } from "../shared/golden.ts";
import { storageOf } from "../shared/recording.ts";
import { goldenSuite } from "../shared/suites/golden.ts";

const folder = mkdtempSync(join(tmpdir(), "luminora-golden-"));

afterAll(() => rmSync(folder, { recursive: true }));

goldenSuite((golden) => openGolden(() => fileStorage(folder), golden));

it("a storage that a later version has migrated is refused, and nothing of it is touched", async () => {
  const row = {
    version: 2,
    name: "something_new",
    applied_at: "2027-01-01T00:00:00.000Z",
    checksum: "0".repeat(64),
    description: "Of the future.",
  };
  const record = {
    id: "migrations",
    owner: "luminora:storage",
    kind: "migration",
    at: "001767225600000-00000-other",
    schema: 1,
    body: { history: [row] },
  };
  const storage = await storageOf([record]);
  const luminora = await Luminora.open({ storage });
  const calls = [
    () => luminora.createSession({ template: "alicia", user: "diego" }),
    () => luminora.memories({ user: "diego" }),
    () => luminora.migrate(),
    () => luminora.migrate({ dryRun: true }),
  ];
  for (const call of calls) {
    const error = await call().catch((error: unknown) => error);
    expect(LuminoraError.isInstance(error) && error.code).toBe("migration_changed");
  }
  expect(await storage.owners()).toEqual(["luminora:storage"]);
  await luminora.close();
});
