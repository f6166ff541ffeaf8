// Sets up, builds, and serves the web page: `npm start`, `npm start -- --port 8080`.

import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { elapsed, Failure, main, say, warn } from "./setup/report.mjs";
import { ROOT, setup } from "./setup.mjs";

const PORT = 4747;

await main(async () => {
  const port = wantedPort();
  await build(await setup());
  // Its packages may have been installed a moment ago.
  const { serve } = await import("./serve.mjs");
  const server = await serve(
    [
      ["/luminoracore/", join(ROOT, "pkg")],
      ["/", join(ROOT, "build", "www")],
      ["/", join(ROOT, "www")],
    ],
    { port },
  );
  if (port !== 0 && server.port !== port) {
    // A browser keeps the data of each port apart.
    warn(`port ${port} is taken: a conversation from there does not appear on port ${server.port}`);
  }
  say(`\nluminoracore is at ${server.url}/ (${elapsed()}; Ctrl+C ends it)`);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, async () => {
      await server.close();
      process.exit(0);
    });
  }
});

function wantedPort() {
  const { values } = parseArgs({ options: { port: { type: "string" } } });
  const text = values.port ?? process.env.PORT ?? String(PORT);
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Failure(`${text} is no port number`);
}
