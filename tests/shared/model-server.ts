import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the server got it. */
export interface Received {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Record<string, unknown>;
}

/** How the server answers one request, whose body was read. */
export type Answer = (
  response: ServerResponse,
  request: IncomingMessage,
  received: Received,
) => void | Promise<void>;

/**
 * A local HTTP server that gives the prepared answers in order, and the last of them again and again. Pages of any
 * origin may ask it, with the headers that most providers take.
 */
export function modelServer(...answers: Answer[]) {
  return serverTaking("authorization, content-type", ...answers);
}

/** The same, with the headers that it lets pages of another origin send. */
export async function serverTaking(allowedHeaders: string, ...answers: Answer[]) {
  const crossOrigin = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": allowedHeaders,
    // To see when it may come back.
    "access-control-expose-headers": "retry-after",
  };
  const received: Received[] = [];
  const preflights: string[] = [];
  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(crossOrigin)) response.setHeader(name, value);
    if (request.method === "OPTIONS") {
      preflights.push(String(request.headers["access-control-request-headers"]));
      return void response.writeHead(204).end();
    }
    let text = "";
    for await (const chunk of request) text += chunk;
    const got: Received = { url: request.url ?? "", headers: request.headers, body: JSON.parse(text) };
    received.push(got);
    const answer = answers[Math.min(received.length, answers.length) - 1];
    await answer?.(response, request, got);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return {
    baseURL,
    received,
    /** The headers that pages asked to be allowed, each time that a browser asked for one. */
    preflights,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with a status and a body. */
export function status(code: number, body = "", headers: Record<string, string> = {}): Answer {
  return (response) => void response.writeHead(code, headers).end(body);
}

/** Answers with a JSON value. */
export function json(body: unknown): Answer {
  return status(200, JSON.stringify(body), { "content-type": "application/json" });
}

/** Answers with an event stream of exactly these pieces, each written by itself. */
export function stream(...pieces: (string | Uint8Array)[]): Answer {
  return async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) {
      response.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
}

/** The text of an event with a piece of a chat completion. */
export function delta(fields: object, rest: object = {}): string {
  return event({ choices: [{ index: 0, delta: fields, finish_reason: null }], ...rest });
}

/** The text of the event that names the reason of the end. */
export function finish(reason: string): string {
  return event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
}

export function event(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

export const done = event("[DONE]");
