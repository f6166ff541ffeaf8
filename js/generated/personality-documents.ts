// Generated from the Rust types: `npm run generate`. Do not edit.

import alex_digital from "../../personalities/alex_digital.json" with { type: "json" };
import alicia from "../../personalities/alicia.json" with { type: "json" };
import architect from "../../personalities/architect.json" with { type: "json" };
import builder from "../../personalities/builder.json" with { type: "json" };
import captain_hook from "../../personalities/captain_hook.json" with { type: "json" };
import critic from "../../personalities/critic.json" with { type: "json" };
import dr_luna from "../../personalities/dr_luna.json" with { type: "json" };
import grandma_hope from "../../personalities/grandma_hope.json" with { type: "json" };
import integrator from "../../personalities/integrator.json" with { type: "json" };
import lila_charm from "../../personalities/lila_charm.json" with { type: "json" };
import marcus_sarcastic from "../../personalities/marcus_sarcastic.json" with { type: "json" };
import mirror from "../../personalities/mirror.json" with { type: "json" };
import professor_stern from "../../personalities/professor_stern.json" with { type: "json" };
import rocky_inspiration from "../../personalities/rocky_inspiration.json" with { type: "json" };
import victoria_sterling from "../../personalities/victoria_sterling.json" with { type: "json" };
import zero_cool from "../../personalities/zero_cool.json" with { type: "json" };

/** The bundled personalities, by key. */
export const personalityDocuments: Readonly<Record<string, object>> = {
  alex_digital,
  alicia,
  architect,
  builder,
  captain_hook,
  critic,
  dr_luna,
  grandma_hope,
  integrator,
  lila_charm,
  marcus_sarcastic,
  mirror,
  professor_stern,
  rocky_inspiration,
  victoria_sterling,
  zero_cool,
};
