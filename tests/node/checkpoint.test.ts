import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStorage } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { afterAll, describe } from "vitest";
import { openLongLog } from "../shared/checkpoint.ts";
import { checkpointSuite } from "../shared/suites/checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "luminora-checkpoint-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("in files", () => checkpointSuite(() => openLongLog(() => fileStorage(folder))));

describe("in memory", () =>
  checkpointSuite(() => {
    const storage = memoryStorage();
    const kept = new Proxy(storage, {
      get: (target, name) => {
        if (name === "close") return async () => {};
        const member = target[name as keyof typeof target] as unknown;
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    return openLongLog(() => kept);
  }));
