import { describe, expect, it } from "vitest";
import type { Heard, Question } from "../asking.ts";
import { type Answer, serverTaking, status } from "../model-server.ts";
import { type Documented, documented, everyOption } from "../providers.ts";

/** How the tests ask models, here or in a browser. */
export interface Asking {
  /** Whether there is time for one answer for each place; else each answer is cut at several. */
  readonly oneByOne: boolean;
  /** Milliseconds after which a piece has arrived, so that the next one is not joined to it. */
  readonly pause: number;
  askModel(question: Question): Promise<Heard>;
  askAll(
    question: Question,
    texts: readonly string[],
  ): Promise<{ readonly heard: Heard; readonly texts: readonly string[] }[]>;
  countPieces(url: string, texts: readonly string[]): Promise<number[]>;
}

const key = "sk-secret-0123456789";
const texts = ["¿Qué tal? ", "🌙", " 日本語"];
const text = texts.join("");
const usage = { type: "usage", inputTokens: 12, outputTokens: 5 };

/** Every provider over real HTTP: how it is asked, and that its answers may arrive in any pieces. */
export function wireSuite({ askModel, askAll, countPieces, oneByOne, pause }: Asking): void {
  it("the server's pieces arrive as pieces, or these tests would show nothing", async () => {
    const [one] = documented as [Documented];
    const bytes = Buffer.from(one.stream(texts).join(""));
    await using server = await serverTaking(one.allowed, inPieces(one, bytes, pause));
    const cuts = [...bytes.keys()].slice(1).filter((at) => at % 29 === 0);
    const counts = await countPieces(
      `${server.baseURL}${one.path}`,
      cuts.map((at) => `cut at ${at} every 0`),
    );
    // The network may join two of them now and then.
    expect(counts.filter((count) => count > 1).length).toBeGreaterThan(cuts.length / 2);
    expect(Math.max(...counts)).toBe(2);
  });

  for (const one of documented) {
    describe(one.kind, () => {
      const question = (baseURL: string): Question => ({ kind: one.kind, baseURL, key });
      const ask = async (answer: Answer, rest: Partial<Question> = {}) => {
        await using server = await serverTaking(one.allowed, answer);
        const heard = await askModel({ ...question(server.baseURL), ...rest });
        return { ...heard, received: server.received };
      };
      const complete = [
        ...(one.thoughts.length > 0 ? [{ type: "reasoning-delta", text: one.thoughts.join("") }] : []),
        { type: "text-delta", text },
        usage,
        { type: "finish", reason: "stop" },
      ];
      const stream = one.stream(texts).join("");
      const bytes = Buffer.from(stream);
      const crlf = Buffer.from(stream.replaceAll("\n", "\r\n"));

      it("is asked as documented, with the headers that it takes and no other", async () => {
        const { parts, received } = await ask(inPieces(one, bytes, pause), { call: everyOption });
        expect(parts).toEqual(complete);
        expect(received).toHaveLength(1);
        expect(received[0]?.url).toBe(`/v1${one.path}`);
        expect(received[0]?.body).toEqual(one.body);
        expect(received[0]?.headers).toMatchObject({
          ...one.headers(key),
          "content-type": "application/json",
        });
        const own = Object.keys(received[0]?.headers ?? {}).filter((name) => !ofTheEnvironment.test(name));
        expect(one.allowed.split(", ")).toEqual(expect.arrayContaining(own));
      });

      it("leaves out what was not given, and what the model cannot take", async () => {
        const { received } = await ask(inPieces(one, bytes, pause), {
          call: { system: "", stop: [], tools: [] },
          capabilities: { temperature: false },
        });
        const sent = JSON.stringify(received[0]?.body);
        expect(sent).not.toMatch(/system|temperature|stop|tools|format|null/i);
        expect(sent).toContain("Hi");
      });

      const splits: [name: string, bytes: Buffer, step: number][] = [
        ["cut at each byte in turn", bytes, oneByOne ? 0 : 23],
        ["with CRLF, cut everywhere", crlf, 23],
        ["with CRLF, byte by byte", crlf, 1],
      ];
      for (const [name, bytes, step] of splits) {
        it(`may arrive in any pieces, ${name}: it says the same`, async () => {
          // Byte by byte, some of them may well be joined.
          const after = step === 1 ? 0 : pause;
          await using server = await serverTaking(one.allowed, inPieces(one, bytes, after));
          const places = step === 0 ? bytes.length - 1 : step;
          const cuts = Array.from({ length: places }, (_, index) => `cut at ${index + 1} every ${step}`);
          const outcomes = await askAll(question(server.baseURL), cuts);
          expect(outcomes.map(({ heard, texts }) => ({ ...heard, of: texts.length }))).toEqual([
            { parts: complete, of: places },
          ]);
          expect(server.received).toHaveLength(places);
        });
      }

      it("may break off anywhere: never taken for complete", async () => {
        await using server = await serverTaking(one.allowed, inPieces(one, bytes, pause));
        const ends = [...bytes.keys()].filter((end) => end % 7 === 0 || end > bytes.length - 70);
        const outcomes = await askAll(
          question(server.baseURL),
          ends.map((end) => `end at ${end}`),
        );
        // Line ends behind the end marker may be missing; of it nothing else.
        const whole = ends.filter((end) => /^\s+$/.test(bytes.subarray(end).toString()));
        for (const { heard, texts } of outcomes) {
          const isWhole = texts.some((text) => whole.some((end) => text === `end at ${end}`));
          if (isWhole)
            expect({ heard, of: texts.length }).toEqual({ heard: { parts: complete }, of: whole.length });
          else expect(heard).toMatchObject({ code: "model_incomplete" });
        }
        expect(whole.length).toBeGreaterThan(0);
      });

      it("may come whole, from a server that does not stream", async () => {
        const whole = JSON.stringify(one.whole(text));
        const { parts } = await ask(status(200, whole, { "content-type": "application/json" }));
        expect(parts).toEqual(complete);
      });

      it("may ask for a tool", async () => {
        const { parts } = await ask(inPieces(one, Buffer.from(one.toolStream().join("")), 0), {
          call: everyOption,
        });
        const said = { callId: one.toolCall ?? "call_0", name: "look", arguments: expect.any(String) };
        expect(parts.filter(({ type }) => type !== "reasoning-delta")).toEqual([
          { type: "tool-call", ...said },
          usage,
          { type: "finish", reason: "tool-calls" },
        ]);
        const call = parts.find((part) => part.type === "tool-call");
        expect(JSON.parse(call?.arguments ?? "")).toEqual({ at: "the sky" });
      });

      it("without a system role is told the system text as the user", async () => {
        const { received } = await ask(inPieces(one, bytes, pause), {
          capabilities: { systemRole: "none" },
          call: { messages: everyOption.messages },
        });
        const sent = JSON.stringify(received[0]?.body);
        expect(sent).not.toMatch(/"role":"system"|systemInstruction|"system":/);
        const [first, ...others] = contents(received[0]?.body ?? {});
        expect(first).toBe("You are Luna.");
        expect(others.join("\n\n")).toBe("Good evening.\n\nThanks.\n\nIt rains.\n\nHi");
      });

      it("that has no schemas is told the schema in words", async () => {
        const { responseSchema } = everyOption;
        const { received } = await ask(inPieces(one, bytes, pause), {
          capabilities: { jsonOutput: "none" },
          call: { responseSchema },
        });
        const sent = JSON.stringify(received[0]?.body);
        expect(sent).toContain(JSON.stringify(JSON.stringify(responseSchema)).slice(1, -1));
        expect(sent).not.toMatch(/response_?format|responseMimeType|output_config|"format"/);
      });
    });
  }
}

/** The texts of all turns in a request. */
function contents(body: Record<string, unknown>): string[] {
  const turns = (body.messages ?? body.contents) as { content?: string; parts?: { text: string }[] }[];
  return turns.map(({ content, parts }) => content ?? parts?.map(({ text }) => text).join("") ?? "");
}

/** What environments send with every request. */
const ofTheEnvironment =
  /^(host|connection|content-length|accept|accept-.*|user-agent|sec-.*|origin|referer|cache-control|pragma|priority)$/;

/**
 * Answers with these bytes, as the question says: `cut at N every M` in pieces that end at N and after every M bytes
 * more, `end at N` as far as there, anything else in one piece.
 */
function inPieces({ contentType }: Documented, bytes: Uint8Array, pause: number): Answer {
  return async (response, _, { body }) => {
    const asked = JSON.stringify(body);
    const [, at, step] = (/cut at (\d+) every (\d+)/.exec(asked) ?? []).map(Number);
    const end = Number(/end at (\d+)/.exec(asked)?.[1] ?? bytes.length);
    response.writeHead(200, { "content-type": contentType });
    response.socket?.setNoDelay(true);
    let begin = 0;
    for (let next = at ?? end; begin < end; next += step || end) {
      const piece = bytes.subarray(begin, Math.min(next, end));
      await new Promise((resolve) => response.write(piece, resolve));
      await arrival(pause);
      begin = next;
    }
    response.end();
  };
}

/** Until the other side has what was written: here after some rounds of the loop, in a browser after a while. */
async function arrival(pause: number): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
  if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
}
