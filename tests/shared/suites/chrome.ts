import { describe, expect, it } from "vitest";
import type { callBrowser, talkToBrowser } from "../chrome.ts";

/** What has to hold of the browser's built-in model, wherever the code runs. */
export interface ChromeFunctions {
  callBrowser: typeof callBrowser;
  talkToBrowser(): ReturnType<typeof talkToBrowser>;
}

export function chromeSuite({ callBrowser, talkToBrowser }: ChromeFunctions): void {
  const system = "Be kind.";
  const first = { role: "user", content: "Hi there" } as const;
  const hello = { role: "assistant", content: "Hello, you." } as const;
  const second = { role: "user", content: "Bye" } as const;
  const answers = [["Hello, ", "you."], ["Bye."]];

  describe("the browser's built-in model", () => {
    it("answers in pieces, counts, and knows its window", async () => {
      const found = await callBrowser({ answers, contextWindow: 4096 }, [{ system, messages: [first] }]);
      expect(found.answers).toEqual([
        {
          parts: [
            { type: "text-delta", text: "Hello, " },
            { type: "text-delta", text: "you." },
            { type: "usage", inputTokens: 4, outputTokens: 2 },
            { type: "finish", reason: "stop" },
          ],
        },
      ]);
      expect(found.contextTokens).toBe(4096);
      const [session] = found.created;
      expect(session?.options).toEqual({
        expectedInputs: [{ type: "text" }],
        expectedOutputs: [{ type: "text" }],
        initialPrompts: [{ role: "system", content: system }],
      });
      expect(session?.prompts).toEqual([["Hi there", {}]]);
    });

    it("goes on with its session while the system text stays, and begins another when it changes", async () => {
      const { created } = await callBrowser({ answers: [...answers, ["Again."]] }, [
        { system, messages: [first] },
        { system, messages: [first, hello, second] },
        { system: "Be brief.", messages: [first, hello, second] },
      ]);
      expect(created.map(({ prompts, destroyed }) => [prompts.length, destroyed])).toEqual([
        [2, true],
        [1, false],
      ]);
      expect(created[1]?.options.initialPrompts).toEqual([
        { role: "system", content: "Be brief." },
        first,
        hello,
      ]);
    });

    it("begins another session when it is told of another past", async () => {
      const other = { role: "assistant", content: "Something else." } as const;
      const { created } = await callBrowser({ answers }, [
        { system, messages: [first] },
        { system, messages: [first, other, second] },
      ]);
      expect(created).toHaveLength(2);
      expect(created[0]?.destroyed).toBe(true);
    });

    it("is told as the user what nobody says, and turns alternate", async () => {
      const note = { role: "system", content: "It rains." } as const;
      const { created } = await callBrowser({ answers }, [
        { system: "", messages: [hello, note, first, second, note] },
      ]);
      expect(created[0]).toMatchObject({
        options: { initialPrompts: [{ role: "user", content: "[start]" }, hello] },
        prompts: [["It rains.\n\nHi there\n\nBye\n\nIt rains.", {}]],
      });
    });

    it("is held to a schema, and told the languages", async () => {
      const responseSchema = { type: "object", properties: { a: { type: "number" } } };
      const asked = [{ system, messages: [first], responseSchema }];
      const found = await callBrowser({ answers: [['{"a":1}']] }, asked, ["en", "es"]);
      expect(found.created[0]?.prompts).toEqual([["Hi there", { responseConstraint: responseSchema }]]);
      const expected = [{ type: "text", languages: ["en", "es"] }];
      expect(found.asked).toEqual([{ expectedInputs: expected, expectedOutputs: expected }]);
      expect(found.created[0]?.options).toMatchObject({
        expectedInputs: expected,
        expectedOutputs: expected,
      });
    });

    it("tells how far its download is, where it has one", async () => {
      const asked = [{ system, messages: [first] }];
      expect(await callBrowser({ availability: "downloadable" }, asked)).toMatchObject({
        downloads: [0, 0.5, 1],
      });
      expect(await callBrowser({ availability: "available" }, asked)).toMatchObject({ downloads: [] });
    });

    it("still has the former names in extensions", async () => {
      const asked = [{ system, messages: [first] }];
      const found = await callBrowser({ answers, legacyNames: true, contextWindow: 4096 }, asked);
      expect(found.contextTokens).toBe(4096);
      expect(found.answers[0]?.parts).toContainEqual({ type: "usage", inputTokens: 4, outputTokens: 2 });
    });

    it.each([
      ["there is none", undefined, "model_unsupported"],
      ["the device has none", { availability: "unavailable" }, "model_unsupported"],
      [
        "a download without a click",
        { availability: "downloadable", isActivated: false },
        "model_unavailable",
      ],
      ["too long a system text", { contextWindow: 1 }, "model_too_large"],
      ["too long a prompt", { contextWindow: 3 }, "model_too_large"],
      ["another language", { failsWith: "NotSupportedError" }, "model_unsupported"],
      ["a broken download", { failsWith: "NetworkError" }, "model_network"],
      ["a schema that it cannot keep to", { failsWith: "SyntaxError" }, "model_bad_response"],
      ["a session that something has ended", { failsWith: "AbortError" }, "model_incomplete"],
      ["something else", { failsWith: "UnknownError" }, "model_unavailable"],
    ] as const)("%s is an error, and no session is left behind", async (_, options, code) => {
      const found = await callBrowser(options, [{ system, messages: [first] }]);
      expect(found.answers).toMatchObject([{ code }]);
      expect(found.created.filter(({ destroyed }) => !destroyed)).toEqual([]);
    });

    it("is aborted, or left, and then begins a new session", async () => {
      const found = await callBrowser({ answers: [["He", "llo"], ["He", "llo"], ["Bye."]], hangs: true }, [
        { system, messages: [first], abort: true },
        { system, messages: [first], leave: true },
      ]);
      expect(found.answers).toMatchObject([{ code: "aborted" }, { parts: [{ text: "He" }] }]);
      expect(found.created.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    });

    it("carries a session: local, and nothing is stored of what fails", async () => {
      const found = await talkToBrowser();
      expect(found).toMatchObject({
        ...{ code: "aborted", unchanged: true, usage: { estimated: false } },
        history: ["Hi, I am Diego.", "Hello, you.", "Bye", "Good bye."],
        run: { run: { mode: "local_llm", model: { kind: "chrome", id: "built-in" } } },
      });
      const [session] = found.created;
      expect(session?.options.initialPrompts).toMatchObject([
        { role: "system", content: expect.stringContaining("Alicia") },
      ]);
      expect(session?.options).not.toHaveProperty("temperature");
    });
  });
}
