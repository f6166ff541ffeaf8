import {
  Luminora,
  memoryStorage,
  type Storage,
  type StorageListener,
  type StoredRecord,
  scriptedModel,
} from "luminoracore";
import { expect, it } from "vitest";
import { everything, recordingStorage } from "../shared/recording.ts";

it("what another tab erases takes along what was learned from it here a moment before", async () => {
  const kept = memoryStorage();
  let tell: StorageListener = () => {};
  const storage: Storage = {
    ...recordingStorage(kept).storage,
    subscribe: (listener) => {
      tell = listener;
      return () => {};
    },
  };
  const luminora = await Luminora.open({ storage, model: scriptedModel() });
  const session = await luminora.createSession({ template: "alicia", user: "diego" });
  await session.send("My name is Ana.");
  expect(await luminora.memories({ user: "diego" })).toHaveLength(1);

  const heard: (readonly string[])[] = [];
  session.on("absorb", ({ changed }) => heard.push(changed));
  // The other tab has not heard of the fact.
  const said = (await everything(kept)).find(({ kind, erased }) => kind === "turn" && !erased);
  const { id, owner, kind } = said as StoredRecord;
  const erased: StoredRecord = {
    id,
    owner,
    kind,
    at: `${Date.now().toString().padStart(15, "0")}-00000-other`,
    erased: true,
  };
  await kept.append("diego", [erased]);
  tell("diego", [erased], false);

  await expect.poll(async () => (await luminora.memories({ user: "diego" })).length).toBe(0);
  await expect.poll(async () => JSON.stringify(await everything(kept))).not.toContain("Ana.");
  const left = (await everything(kept)).filter(({ kind }) => kind === "memory");
  expect(left.every((record) => record.erased)).toBe(true);
  expect(heard.flat()).toContain(left[0]?.id);
  await luminora.close();
});
