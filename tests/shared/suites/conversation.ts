import { expect, it } from "vitest";
import { conversations, expectedOutcome } from "../cases.ts";
import type { converse } from "../conversation.ts";

/** Every conversation of `tests/cases/conversation/`, held by `hold`, here or in a browser. */
export function conversationSuite(hold: typeof converse): void {
  for (const { conversation, document } of conversations) {
    it(`a conversation gives the records and prompts of the native core: ${conversation.name}`, async () => {
      const { states, ...outcome } = await hold(conversation, document);
      expect(outcome).toEqual(expectedOutcome(conversation));
      expect(states[0]).toBe(states[1]);
    });
  }
}
