// Generated from the Rust types: `npm run generate`. Do not edit.

// Bundlers find the files by these very expressions, so each is written out.

/** Where the bundled personalities are, by key. */
export const personalityUrls: Readonly<Record<string, URL>> = {
  alicia: new URL("./personalities/alicia.json", import.meta.url),
  dr_luna: new URL("./personalities/dr_luna.json", import.meta.url),
  grandma_hope: new URL("./personalities/grandma_hope.json", import.meta.url),
};
