import { blend, compile, init, Luminora, observe, parse, validate } from "luminoracore";
import { beforeAll, describe, expect, it } from "vitest";
import { file } from "../shared/cases.ts";

const personality = (key: string) => JSON.parse(file(`personalities/${key}.json`));

beforeAll(() => init());

describe("a document handed over as an object", () => {
  it("is told which of its numbers are none", () => {
    const document = structuredClone(personality("alicia")) as {
      advanced_parameters: Record<string, number>;
    };
    document.advanced_parameters.humor = Number.NaN;
    document.advanced_parameters.empathy = Number.NEGATIVE_INFINITY;
    const { valid, problems } = validate(document);
    expect(valid).toBe(false);
    expect(problems.filter(({ severity }) => severity === "error")).toMatchObject([
      { code: "not_finite", path: "/advanced_parameters/humor" },
      { code: "not_finite", path: "/advanced_parameters/empathy" },
    ]);
    expect(() => parse(document)).toThrow(expect.objectContaining({ code: "invalid_template" }));
  });

  it("compiles as its text does", () => {
    const document = personality("alicia");
    expect(compile(document, { affinity: 45 }).text).toBe(
      compile(JSON.stringify(document), { affinity: 45 }).text,
    );
  });
});

describe("a parsed template", () => {
  it("is still there after a message was observed for it", () => {
    const template = parse(personality("alicia"));
    for (let time = 0; time < 2; time++) {
      expect(observe("You're pretty", { template }).mood_triggers).toMatchObject([
        { mood: "shy", score: 0.5 },
      ]);
    }
    expect(template.compile({ mood: "shy" }).mood).toBe("shy");
    template.free();
  });
});

describe("a blend", () => {
  const load = () => ["alicia", "dr_luna"].map((key) => ({ template: parse(personality(key)) }));

  it("is a template like any other, and its sources stay usable", async () => {
    const sources = load();
    const { template, report } = blend(sources, { name: "Alicia Luna" });
    expect(report.sources.map(({ hash, weight }) => [hash, weight])).toEqual(
      sources.map((source) => [source.template.id, 0.5]),
    );
    expect(template.id).toBe(parse(template.document).id);
    expect(template.compile({ affinity: 45 }).text).toBe(compile(template.document, { affinity: 45 }).text);
    const luminora = await Luminora.open();
    expect(await luminora.templates.add(template.document)).toMatchObject({ name: "Alicia Luna" });
    await luminora.close();
    expect(blend([{ template, weight: 2 }, ...sources]).report.sources[0]?.hash).toBe(template.id);
  });

  it("takes seeds that a number does not hold", () => {
    const sources = load();
    const drawn = (seed: number | bigint) => blend(sources, { strategy: "random", seed }).template.id;
    expect(drawn(7n)).toBe(drawn(7));
    expect(new Set([drawn(2n ** 64n - 1n), drawn(2n ** 64n - 2n), drawn(2n ** 63n)]).size).toBeGreaterThan(1);
    for (const seed of [-1, 0.5, 2n ** 64n])
      expect(() => drawn(seed)).toThrow(expect.objectContaining({ code: "out_of_range", path: "/seed" }));
  });
});
