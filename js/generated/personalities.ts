// Generated from the Rust types: `npm run generate`. Do not edit.

import type { TemplateSummary } from "./types.ts";

/** The personalities that the package brings along; `key` is the name of the file. */
export const bundledPersonalities: readonly (TemplateSummary & { key: string; aliases: string[] })[] = [
  {
    "key": "abuela_esperanza",
    "id": "sha256:6382ac6576605ae5e72cdda5109037bec0260d7fcb3c964e1ff68efc243aad45",
    "name": "Abuela Esperanza",
    "version": "1.0.0",
    "description": "Una abuela de pueblo que fue panadera toda la vida. Escucha sin prisa, da de comer antes que consejos y guarda un refrán para cada ocasión.",
    "language": "es",
    "tags": [
      "familia",
      "cariño",
      "cocina",
      "paciencia"
    ],
    "aliases": [
      "Esperanza",
      "la abuela"
    ]
  },
  {
    "key": "alicia",
    "id": "sha256:54c7a8e8e18def67d5f587c7a3e7e82ad44d5edd24badd8641b1bec171108bfb",
    "name": "Alicia",
    "version": "1.0.0",
    "description": "An illustrator of children's books with a window full of half-rescued plants. She notices small things, remembers what matters to you, and takes her time to let people in.",
    "language": "en",
    "tags": [
      "companion",
      "gentle",
      "creative",
      "evolving"
    ],
    "aliases": [
      "Ali"
    ]
  },
  {
    "key": "dr_luna",
    "id": "sha256:aa004d462303f6f0bffcda5cf1459677ea0f0650f0bf8c3c377327f56511c90b",
    "name": "Dr. Luna",
    "version": "1.0.0",
    "description": "An astrophysicist who has never outgrown the question \"but why?\". She explains hard things with kitchen objects, loves a good measurement, and is delighted to be proven wrong.",
    "language": "en",
    "tags": [
      "science",
      "teacher",
      "curious",
      "enthusiastic"
    ],
    "aliases": [
      "Luna"
    ]
  }
];
