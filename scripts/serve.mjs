// A web server for this machine only: folders under path prefixes, nothing else.

import { createServer } from "node:http";
import sirv from "sirv";

const HOST = "127.0.0.1";
const PORTS_TRIED = 20;

/**
 * Serves `mounts`, where the first one that has a file wins. Files are read anew for each request.
 *
 * @param {[prefix: string, folder: string][]} mounts prefixes like `/` or `/luminoracore/`
 * @param {{ port?: number }} [options] 0 (the default): any free port; else that one, or the next free one
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>} `url` ends without a slash
 */
export async function serve(mounts, { port = 0 } = {}) {
  const handlers = mounts.map(([prefix, folder]) => ({
    prefix,
    handle: sirv(folder, { dev: true, etag: true, dotfiles: false }),
  }));
  const server = createServer((request, response) => {
    respond(handlers, request, response, 0);
  });
  const actual = await listen(server, port);
  return {
    url: `http://localhost:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
}

function respond(handlers, request, response, index) {
  const handler = handlers[index];
  if (!handler) {
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
    response.end("Not found\n");
    return;
  }
  const next = () => respond(handlers, request, response, index + 1);
  const url = request.url ?? "/";
  if (!url.startsWith(handler.prefix)) return next();
  // sirv looks at the path only, which it keeps on the request once it is parsed.
  const inner = Object.create(request, {
    url: { value: `/${url.slice(handler.prefix.length)}`, writable: true },
    _parsedUrl: { value: undefined, writable: true },
  });
  handler.handle(inner, response, next);
}

async function listen(server, first) {
  for (let port = first; ; port++) {
    try {
      await new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, HOST, () => {
          server.off("error", reject);
          resolve(undefined);
        });
      });
      return server.address().port;
    } catch (error) {
      if (error.code !== "EADDRINUSE" || port === first + PORTS_TRIED) throw error;
    }
  }
}
