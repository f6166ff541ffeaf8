import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStorage, type Storage } from "luminoracore";
import { fileStorage } from "luminoracore/node";
import { afterAll, describe } from "vitest";
import { eraseAndLook } from "../shared/erase.ts";
import { everything } from "../shared/recording.ts";
import { eraseSuite } from "../shared/suites/erase.ts";

const root = mkdtempSync(join(tmpdir(), "luminora-erase-"));

afterAll(() => rmSync(root, { recursive: true }));

describe("in files", () =>
  eraseSuite((what) => {
    const folder = join(root, what);
    // Caches, and whatever else was left lying about.
    const raw = async () =>
      readdirSync(folder)
        .map((name) => name + readFileSync(join(folder, name), "latin1"))
        .join("\n");
    return eraseAndLook({ reopen: () => fileStorage(folder), raw }, what);
  }));

describe("in memory", () =>
  eraseSuite((what) => {
    const storage = memoryStorage();
    const kept: Storage = new Proxy(storage, {
      get: (target, name) => {
        if (name === "close") return async () => {};
        const member = target[name as keyof typeof target] as unknown;
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const raw = async () => {
      const parts = [JSON.stringify(await everything(storage))];
      for (const name of ["log", "text-index", "vectors-fake-256"]) {
        const bytes = await storage.cache?.("diego").get(name);
        parts.push(Buffer.from(bytes ?? []).toString("latin1"));
      }
      return parts.join("\n");
    };
    return eraseAndLook({ reopen: () => kept, raw }, what);
  }));
