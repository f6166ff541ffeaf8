/** Declares that no model answers: the host passes the reply, or there is none. */
export interface ManualModel {
  readonly kind: "manual";
  readonly id: "manual";
}

/** No model: `send` observes, recalls and records; `session.reply(text)` adds what was answered elsewhere. */
export function manualModel(): ManualModel {
  return { kind: "manual", id: "manual" };
}
