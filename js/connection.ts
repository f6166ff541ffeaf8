import type { Host } from "./driver.ts";
import type { AnyModel, Model } from "./models/model.ts";

/**
 * What sessions share with the object that opened them.
 *
 * @internal
 */
export interface Connection extends Host {
  readonly model: AnyModel;
  /** Who is asked for facts after each reply: a model, the one that replied, or nobody. */
  readonly extractor: Model | "reply" | undefined;
  /** Runs work on a session after the work begun before it. */
  inTurn<T>(session: string, work: () => Promise<T>): Promise<T>;
}
