import { Luminora, manualModel, type Storage } from "luminoracore";
import { fakeClock, fakeEmbedder, seededRandom } from "luminoracore/testing";
import { everything } from "./recording.ts";

const user = "diego";

/** Words that only what is erased says. */
const secrets = ["zebulon", "quokka"];

/** What of the secrets stands in a text. */
function found(text: string): string[] {
  const lower = text.toLowerCase();
  return secrets.filter((word) => lower.includes(word));
}

/** What a storage offers for looking at it: another view of it, and all that it keeps anywhere, as one text. */
export interface Kept {
  readonly reopen: () => Storage;
  readonly raw: () => Promise<string>;
}

/**
 * A person says something and takes it back, as one turn or with its whole session. Where are its words afterwards: in
 * the raw storage with its caches, in what the API tells, and after older copies have been brought back?
 */
export async function eraseAndLook({ reopen, raw }: Kept, what: "turn" | "session") {
  const clock = fakeClock();
  const random = seededRandom(what === "turn" ? 11 : 12);
  const open = () =>
    Luminora.open({ storage: reopen(), clock, random, model: manualModel(), embedder: fakeEmbedder() });
  const first = await open();
  const kept = await first.createSession({ template: "alicia", user });
  const lost = what === "turn" ? kept : await first.createSession({ template: "alicia", user });
  // Long enough for a checkpoint of the log.
  for (let part = 0; part < 2; part += 1)
    await kept.reply(`The sea, again. ${"wind and rope ".repeat(12_000)}`);
  await kept.send("I live in Lima.");
  const { user_turn } = await lost.send("My name is Zebulon, and I'm allergic to quokkas.");
  await lost.send("I live in Lima.");
  const snapshot = await lost.exportSnapshot();
  await first.embed({ user });
  await first.close();
  const second = await open();
  await second.createSession({ session: kept.id, user });
  await second.close();
  const before = found(await raw());

  const luminora = await open();
  const session = await luminora.createSession({ session: kept.id, user });
  const told: string[] = [];
  session.on("forgotten", ({ erased }) => told.push(...erased.map(({ kind }) => kind)));
  session.on("memory-change", ({ memory_type, change }) => told.push(`${memory_type} ${change}`));
  const view = reopen();
  const copies = await everything(view);
  const points = session.state.affinity.total_messages;
  const id = (what === "turn" ? user_turn : lost.id) as string;
  const gone = await luminora.forget(id, { user });
  const atOnce = found(await raw());
  const messages = points - session.state.affinity.total_messages;
  const facts = (await luminora.memories({ user, types: ["fact"] })).map((fact) => "key" in fact && fact.key);
  const tells = async (of: Luminora) => {
    const parts: unknown[] = [await of.memories({ user, status: "all" }), await of.analytics({ user })];
    for (const { id } of await of.sessions({ user })) {
      const each = await of.createSession({ session: id, user });
      parts.push(each.history(), each.preview("What do you know about me?"), each.summary);
      parts.push(await each.recall("the sea and the wind"), await each.exportSnapshot());
    }
    return found(JSON.stringify(parts));
  };
  const apiAtOnce = await tells(luminora);
  await luminora.embed({ user });
  await luminora.close();
  const closed = found(await raw());

  // Older copies: of every record, as another device would bring them, and of a file.
  await view.append(
    user,
    copies.filter(({ owner }) => owner === user),
  );
  await view.close();
  const third = await open();
  const { report } = await third.importSnapshot(snapshot, { user, onConflict: "replace" });
  const apiAfterwards = await tells(third);
  await third.embed({ user });
  await third.close();
  const afterwards = found(await raw());
  return {
    before,
    gone: gone.map(({ kind, type }) => type ?? kind).sort(),
    told: told.sort(),
    messages,
    facts,
    skipped: report.filter(({ action }) => action === "skipped").length,
    left: { atOnce, apiAtOnce, closed, apiAfterwards, afterwards },
  };
}
