import type { Session } from "luminoracore";

const titleLength = 60;

/** Names a conversation after its first words, so that it is found again. */
export function entitle(session: Session, text: string): void {
  if (session.summary.title !== null) return;
  // A conversation without a title is found by its time as well.
  session.update({ title: titleOf(text) }).catch(() => {});
}

/** Names a conversation anew whose name was taken from a message that is erased. */
export async function entitleWithout(session: Session, erased: string): Promise<void> {
  if (session.summary.title !== titleOf(erased)) return;
  const first = session.history().find(({ role, text }) => role === "user" && text !== erased);
  await session.update({ title: first ? titleOf(first.text) : "Untitled" });
}

function titleOf(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > titleLength ? `${line.slice(0, titleLength - 1).replace(/\s?\S*$/, "")}…` : line;
}
