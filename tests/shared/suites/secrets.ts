import { expect, it } from "vitest";
import { type Answer, type Received, serverTaking } from "../model-server.ts";
import { type Documented, documented } from "../providers.ts";
import type { SecretTalk } from "../secrets.ts";

const key = "sk-secret/0123456789+e";

/** A key is nowhere but in the header in which its provider wants it, here or in a browser. */
export function secretSuite(talk: (talk: SecretTalk) => Promise<string[]>): void {
  for (const one of documented) {
    it(`${one.kind}: the key is nowhere but in its header`, async () => {
      await using working = await serverTaking(one.allowed, answering(one));
      await using failing = await serverTaking(one.allowed, repeating(one, key));
      const urls = { workingURL: working.baseURL, failingURL: failing.baseURL };
      expect(await talk({ kind: one.kind, key, ...urls })).toEqual([]);
      // Reply, facts, and facts once more, since the reply is no JSON; a 401 is not tried again.
      expect(working.received).toHaveLength(3);
      expect(failing.received).toHaveLength(1);
      for (const request of [...working.received, ...failing.received]) {
        const { headers, rest } = withoutKey(request, one.headers(key));
        expect(headers).toEqual(Object.keys(one.headers(key)).filter((name) => name in request.headers));
        expect(rest).not.toContain("0123456789");
      }
    });
  }
}

/** The names of the headers that hold what they should, and all else that was sent. */
function withoutKey({ url, headers, body }: Received, own: Record<string, string>) {
  const [right, others] = [[], []] as [string[], string[]];
  for (const [name, value] of Object.entries(headers)) {
    if (own[name] === value) right.push(name);
    else others.push(`${name}: ${value}`);
  }
  const inOrder = Object.keys(own).filter((name) => right.includes(name));
  return { headers: inOrder, rest: [url, ...others, JSON.stringify(body)].join("\n") };
}

function answering(one: Documented): Answer {
  return (response) => {
    response
      .writeHead(200, { "content-type": one.contentType })
      .end(one.stream(["Hello, ", "Ana."]).join(""));
  };
}

/** Refuses, and says in every way with which key it was asked. */
function repeating(one: Documented, secret: string): Answer {
  return (response) => {
    const said = `Wrong key ${secret}, that is ${encodeURIComponent(secret)}.`;
    response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify(one.error(said)));
  };
}
