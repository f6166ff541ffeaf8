import type { BlendOptions, CompileOptions, Observation, Validation } from "luminoracore";
import { expect, it } from "vitest";
import { file } from "../cases.ts";
import { type Change, mutated } from "../mutation.ts";
import type { Attempt, BlendAttempt, blendOrRefuse, Conversion, compileOrRefuse } from "../pure.ts";

/** The pure functions of the package, here or in a browser. */
export interface PureFunctions {
  validate(document: string, options: { strict?: boolean; lint?: boolean }): Validation | Promise<Validation>;
  compileOrRefuse(...args: Parameters<typeof compileOrRefuse>): Attempt | Promise<Attempt>;
  convertOrRefuse(document: string): Conversion | Promise<Conversion>;
  observe(text: string, options: { language?: string }): Observation | Promise<Observation>;
  blendOrRefuse(...args: Parameters<typeof blendOrRefuse>): BlendAttempt | Promise<BlendAttempt>;
}

/** The cases of the pure functions that the native core passes, through the public API. */
export function pureSuite(functions: PureFunctions): void {
  const { validate, compileOrRefuse, convertOrRefuse, observe, blendOrRefuse } = functions;
  const tove = file("tests/cases/templates/tove.json");

  it("validate finds exactly the problems of each case, in order", async () => {
    for (const { name, mutate, expect: expected } of read<ValidationCase>("template/validation")) {
      const { problems, valid } = await validate(mutated(tove, mutate), { lint: false });
      const found = problems.map(({ severity, code, path }) => [severity, code, path]);
      expect(found, name).toEqual(expected);
      expect(valid, name).toBe(!expected.some(([severity]) => severity === "error"));
    }
  });

  for (const row of read<CompileCase>("pure/compile")) {
    it(`compile, row ${row.row}: ${JSON.stringify(row.options)}`, async () => {
      const document = mutated(file(row.template), row.mutate ?? []);
      const attempt = await compileOrRefuse(document, row.options);
      if (row.error) return expect(attempt.error).toMatchObject(row.error);
      expect(attempt.error).toBeUndefined();
      expect(attempt.compiled).toMatchObject(row.expect ?? {});
      for (const text of row.contains ?? []) expect(attempt.compiled?.text).toContain(text);
      // The same again gives the same.
      expect(await compileOrRefuse(document, row.options)).toEqual(attempt);
    });
  }

  for (const { file: path, dialect, guessed, id, error } of read<ConvertCase>("pure/convert")) {
    it(`convert ${path}`, async () => {
      const document = file(path);
      const converted = await convertOrRefuse(document);
      if ("error" in converted) return expect(converted.error).toMatchObject({ code: error });
      const guesses = converted.report.filter(({ action }) => action === "defaulted" || action === "derived");
      expect({ ...converted, report: guesses.map(({ to }) => to) }).toEqual({ dialect, id, report: guessed });
      const told = (await validate(document, {})).dialect ?? null;
      expect(told).toBe(dialect);
    });
  }

  for (const { row, text, language, expect: expected } of read<ObserveCase>("pure/observe")) {
    it(`observe, row ${row}: ${text}`, async () => {
      const { emotions, ...observation } = await observe(text, language === undefined ? {} : { language });
      const named = emotions.map(({ name }) => name);
      expect({ ...observation, emotions: named }).toMatchObject(expected);
      // In all of them nobody is happy by mistake.
      if (observation.sentiment.class === "negative") expect(named).not.toContain("joy");
    });
  }

  for (const { row, name, sources, options, expect: expected, error } of read<BlendCase>("pure/blend")) {
    it(`blend, row ${row}: ${name}`, async () => {
      const given = sources.map(({ template, mutate, ...source }) => ({
        template: mutated(file(template), mutate ?? []),
        ...source,
      }));
      const attempt = await blendOrRefuse(given, options);
      if (error) return expect(attempt.error).toMatchObject(error);
      expect(attempt.error).toBeUndefined();
      expect(attempt.document).toMatchObject(expected ?? {});
      expect(await validate(JSON.stringify(attempt.document), { lint: false })).toMatchObject({
        valid: true,
      });
      // The same again gives the same, to the byte.
      expect(JSON.stringify(await blendOrRefuse(given, options))).toBe(JSON.stringify(attempt));
    });
  }
}

interface ValidationCase {
  name: string;
  mutate: Change[];
  expect: [severity: string, code: string, path: string][];
}

interface CompileCase {
  /** Row of the specification's table of behaviours, or its section. */
  row: number | string;
  template: string;
  mutate?: Change[];
  options: CompileOptions;
  expect?: object;
  contains?: string[];
  error?: { code: string; path?: string };
}

interface ConvertCase {
  file: string;
  dialect: string | null;
  /** Pointers of what was guessed. */
  guessed: string[];
  /** Id of the template. */
  id: string;
  /** Code of the error, in place of a template. */
  error?: string;
}

interface BlendCase {
  /** Row of the specification's table of behaviours, or its section. */
  row: number | string;
  name: string;
  sources: { template: string; mutate?: Change[]; weight?: number | string }[];
  options: BlendOptions;
  expect?: object;
  error?: { code: string; path?: string };
}

interface ObserveCase {
  row: number;
  text: string;
  language?: string;
  expect: object;
}

function read<Case>(name: string): Case[] {
  return JSON.parse(file(`tests/cases/${name}.json`));
}
