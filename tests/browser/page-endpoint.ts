import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers one chat completion. */
export type Answer = (response: ServerResponse) => void | Promise<void>;

/** An OpenAI-compatible endpoint on this machine that web pages may call. */
export interface Endpoint {
  readonly baseURL: string;
  /** The calls that came, in order. */
  readonly calls: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }[];
  /** Answers the calls from now on. */
  answer: Answer;
  close(): Promise<void>;
}

export async function openEndpoint(answer: Answer): Promise<Endpoint> {
  const calls: Endpoint["calls"] = [];
  const server = createServer(async (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "authorization, content-type");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    let body = "";
    for await (const chunk of request) body += chunk;
    calls.push({ url: request.url ?? "", headers: request.headers, body });
    await endpoint.answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint: Endpoint = {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    answer,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return endpoint;
}

/** Says these pieces, as a stream. */
export function says(...pieces: string[]): Answer {
  return (response) => {
    begin(response);
    for (const piece of pieces) response.write(chunk(piece));
    response.end(`${event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}data: [DONE]\n\n`);
  };
}

/** Says one piece and goes silent: the caller has to give up. */
export function begins(piece: string): Answer {
  return (response) => {
    begin(response);
    response.write(chunk(piece));
  };
}

/** Refuses with a status. */
export function refuses(status: number, message: string): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message } }));
  };
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
}

function chunk(content: string): string {
  return event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
