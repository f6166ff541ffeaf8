import { describe, expect, it } from "vitest";
import type { Question } from "../shared/asking.ts";
import { serverTaking, status } from "../shared/model-server.ts";
import { documented } from "../shared/providers.ts";
import { wireSuite } from "../shared/suites/wire.ts";
import { tabForAll } from "./inside.ts";

const tab = tabForAll({ expectErrors: true });

// As text: the type of a schema is endless.
const askModel = (question: Question) =>
  tab().evaluate((text) => inside.askModel(JSON.parse(text)), JSON.stringify(question));

wireSuite({
  askModel,
  askAll: (question, texts) =>
    tab().evaluate(([text, texts]) => inside.askAll(JSON.parse(text), texts), [
      JSON.stringify(question),
      texts,
    ] as const),
  countPieces: (...args) => tab().evaluate((args) => inside.countPieces(...args), args),
  oneByOne: false,
  pause: 3,
});

describe("a page of another origin", () => {
  const key = "sk-secret-0123456789";

  for (const one of documented) {
    it(`${one.kind}: the browser asks for the headers that the provider takes, and no other`, async () => {
      const answer = status(200, one.stream(["Hi"]).join(""), { "content-type": one.contentType });
      await using server = await serverTaking(one.allowed, answer);
      const { parts } = await askModel({ kind: one.kind, baseURL: server.baseURL, key });
      expect(parts).toContainEqual({ type: "text-delta", text: "Hi" });
      expect(server.preflights).toEqual([one.allowed.split(", ").sort().join(",")]);
      if (one.kind !== "anthropic") return;
      expect(server.received[0]?.headers).toMatchObject({
        "anthropic-dangerous-direct-browser-access": "true",
      });
    });

    const hints = {
      mistral: "leave the option headers out",
      cohere: "a proxy of yours",
      anthropic: "a proxy of yours",
      llama: "OLLAMA_ORIGINS",
    };
    const hint = (hints as Record<string, string>)[one.kind] ?? "CORS";
    it(`${one.kind}: a header that the provider does not take never leaves the browser; what to do: ${hint}`, async () => {
      await using server = await serverTaking(one.allowed, status(200));
      const question = { kind: one.kind, baseURL: server.baseURL, key, headers: { "x-title": "Luna" } };
      expect(await askModel(question)).toMatchObject({
        code: "model_network",
        hint: expect.stringContaining(hint),
      });
      expect(server.preflights).toHaveLength(1);
      expect(server.received).toHaveLength(0);
    });
  }
});
