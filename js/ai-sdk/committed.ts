import type { Recalled, SessionState } from "../generated/types.ts";

/** What became of a turn; plain values, which can travel. */
export interface Committed {
  /** The run that explains it. */
  readonly run: string | null;
  /** The personality's turn; null where it only used tools. */
  readonly turn: string | null;
  /** What the person's message recalled, and the model was told. */
  readonly memories: readonly Recalled[];
  /** The relationship after the turn. */
  readonly state: SessionState;
}
