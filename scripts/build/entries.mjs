// The entry points of the published package: export name, source and file, in one place.

/**
 * Every script that a user can import. `environment` says where it must run: a `browser` entry imports nothing
 * from Node, so that any bundler takes it as it is. The names match the exports map of
 * `pkg-template/package.json`, which `npm run check` proves.
 *
 * @type {{ export: string, source: string, file: string, environment: "browser" | "node" }[]}
 */
export const ENTRIES = [
  // Loads the wasm by URL: browsers, workers, bundlers.
  { export: ".", source: "js/index.ts", file: "index.js", environment: "browser" },
  // The same names; loads the wasm from the file system.
  { export: ".", source: "js/index.node.ts", file: "index.node.js", environment: "node" },
  // The caller loads the wasm.
  { export: "./slim", source: "js/slim.ts", file: "slim.js", environment: "browser" },
  // The wasm is inside, as base64.
  { export: "./inline", source: "js/inline.ts", file: "inline.js", environment: "browser" },
  { export: "./indexeddb", source: "js/indexeddb.ts", file: "indexeddb.js", environment: "browser" },
  { export: "./embedders", source: "js/embedders/index.ts", file: "embedders.js", environment: "browser" },
  { export: "./ai-sdk", source: "js/ai-sdk/index.ts", file: "ai-sdk.js", environment: "browser" },
  { export: "./postgres", source: "js/postgres.ts", file: "postgres.js", environment: "browser" },
  { export: "./node", source: "js/node.ts", file: "node.js", environment: "node" },
  { export: "./testing", source: "js/testing/index.ts", file: "testing.js", environment: "browser" },
];
