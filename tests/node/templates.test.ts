import { Luminora, type LuminoraError, memoryStorage } from "luminoracore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { file } from "../shared/cases.ts";
import { mutated } from "../shared/mutation.ts";

const tove = file("tests/cases/templates/tove.json");
let storage: ReturnType<typeof memoryStorage>;
let luminora: Luminora;

beforeEach(async () => {
  storage = memoryStorage();
  luminora = await Luminora.open({ storage });
});

afterEach(() => luminora.close());

describe("the bundled personalities", () => {
  it("are listed, each under its own id", async () => {
    const list = await luminora.templates.list();
    const bundled: { name: string }[] = JSON.parse(file("js/generated/personalities.json"));
    expect(list.map(({ name }) => name)).toEqual(bundled.map(({ name }) => name));
    for (const { id, name, ...summary } of list) {
      const entry = await luminora.templates.get(name);
      expect(entry).toMatchObject({ id, name, ...summary });
    }
  });

  it("are known by key, name and alias, whatever the case and the accents", async () => {
    for (const name of ["dr_luna", "Dr. Luna", "dr. luna", "LUNA", "Luná"]) {
      expect((await luminora.templates.get(name)).name, name).toBe("Dr. Luna");
    }
  });
});

describe("a template that is added", () => {
  it("can be text, bytes or an object, and is found by name, alias and id", async () => {
    const added = await luminora.templates.add(tove);
    for (const same of [new TextEncoder().encode(tove), JSON.parse(tove)]) {
      expect(await luminora.templates.add(same)).toEqual(added);
    }
    for (const name of ["Tove Brandt", "tove brandt", added.id]) {
      const entry = await luminora.templates.get(name);
      expect(entry).toMatchObject(added);
      expect(entry.document).toEqual(JSON.parse(tove));
    }
    expect((await luminora.templates.list())[0]).toEqual(added);
  });

  it("is there in the next object on the same storage", async () => {
    const added = await luminora.templates.add(tove);
    const next = await Luminora.open({ storage });
    expect(await next.templates.get("Tove Brandt")).toMatchObject(added);
    const session = await next.createSession({ template: "Tove Brandt" });
    expect(session.summary.template.id).toBe(added.id);
    expect(session.user).toBe("anonymous");
  });

  it("conflicts with another content under the same name and version, and not with another version", async () => {
    const added = await luminora.templates.add(tove);
    const other = mutated(tove, [["set", "/persona/description", "Somebody else altogether, with a lamp."]]);
    await expect(luminora.templates.add(other)).rejects.toMatchObject({ code: "template_conflict" });
    const newer = await luminora.templates.add(mutated(other, [["set", "/persona/version", "1.1.0"]]));
    expect(newer.id).not.toBe(added.id);
    expect((await luminora.templates.get("Tove Brandt")).id).toBe(newer.id);
    expect((await luminora.templates.get(added.id)).version).toBe("1.0.0");
  });

  it("that is bad is refused with all its problems", async () => {
    const bad = mutated(tove, [
      ["set", "/persona/version", "one"],
      ["delete", "/core_traits"],
    ]);
    const error = await luminora.templates.add(bad).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "invalid_template" });
    expect((error as LuminoraError).problems?.map(({ code, path }) => [code, path])).toEqual([
      ["missing", ""],
      ["bad_version", "/persona/version"],
    ]);
    expect(await storage.owners()).toEqual([]);
  });
});

it("an unknown name is refused, and the hint says what there is", async () => {
  await luminora.templates.add(tove);
  for (const attempt of [
    () => luminora.templates.get("nobody"),
    () => luminora.createSession({ template: "nobody" }),
  ]) {
    const error = await attempt().catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "unknown_template" });
    const { hint } = error as LuminoraError;
    for (const name of ["Tove Brandt", "Alicia"]) expect(hint).toContain(name);
  }
});

it("a session takes a document directly, without keeping it in the library", async () => {
  const session = await luminora.createSession({ template: JSON.parse(tove), user: "diego" });
  expect(session.summary.template.name).toBe("Tove Brandt");
  await expect(luminora.templates.get("Tove Brandt")).rejects.toMatchObject({ code: "unknown_template" });
});
