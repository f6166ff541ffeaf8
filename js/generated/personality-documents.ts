// Generated from the Rust types: `npm run generate`. Do not edit.

import alicia from "../../personalities/alicia.json" with { type: "json" };
import dr_luna from "../../personalities/dr_luna.json" with { type: "json" };
import grandma_hope from "../../personalities/grandma_hope.json" with { type: "json" };

/** The bundled personalities, by key. */
export const personalityDocuments: Readonly<Record<string, object>> = {
  alicia,
  dr_luna,
  grandma_hope,
};
