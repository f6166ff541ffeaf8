import { compile, init, observe, parse, validate } from "luminoracore";
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
