// Generated from the Rust types: `npm run generate`. Do not edit.

// Bundlers find the files by these very expressions, so each is written out.

/** Where the bundled personalities are, by key. */
export const personalityUrls: Readonly<Record<string, URL>> = {
  alex_digital: new URL("./personalities/alex_digital.json", import.meta.url),
  alicia: new URL("./personalities/alicia.json", import.meta.url),
  architect: new URL("./personalities/architect.json", import.meta.url),
  builder: new URL("./personalities/builder.json", import.meta.url),
  captain_hook: new URL("./personalities/captain_hook.json", import.meta.url),
  critic: new URL("./personalities/critic.json", import.meta.url),
  dr_luna: new URL("./personalities/dr_luna.json", import.meta.url),
  grandma_hope: new URL("./personalities/grandma_hope.json", import.meta.url),
  integrator: new URL("./personalities/integrator.json", import.meta.url),
  lila_charm: new URL("./personalities/lila_charm.json", import.meta.url),
  marcus_sarcastic: new URL("./personalities/marcus_sarcastic.json", import.meta.url),
  mirror: new URL("./personalities/mirror.json", import.meta.url),
  professor_stern: new URL("./personalities/professor_stern.json", import.meta.url),
  rocky_inspiration: new URL("./personalities/rocky_inspiration.json", import.meta.url),
  victoria_sterling: new URL("./personalities/victoria_sterling.json", import.meta.url),
  zero_cool: new URL("./personalities/zero_cool.json", import.meta.url),
};
