import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileStorage } from "luminoracore/node";
import { talkWithSecret } from "../shared/secrets.ts";
import { secretSuite } from "../shared/suites/secrets.ts";

secretSuite(async (talk) => {
  const folder = await mkdtemp(join(tmpdir(), "luminora-secrets-"));
  try {
    const places = await talkWithSecret(fileStorage(folder), talk);
    let files = 0;
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      files++;
      const content = await readFile(join(entry.parentPath, entry.name), "latin1");
      if ((entry.name + content).includes("0123456789")) places.push(entry.name);
    }
    if (files === 0) throw new Error("nothing was stored");
    return places;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
