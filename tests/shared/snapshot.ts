import { Luminora, memoryStorage, type Storage } from "luminoracore";
import { fakeClock, fakeEmbedder, seededRandom } from "luminoracore/testing";

const user = "diego";

/** A relationship travels to another storage in every form that a snapshot has. */
export async function travel(storage: Storage) {
  const clock = fakeClock();
  const open = (storage: Storage, seed: number, embedder = fakeEmbedder()) =>
    Luminora.open({ storage, clock, random: seededRandom(seed), embedder });
  const here = await open(memoryStorage(), 1);
  const session = await here.createSession({ template: "alicia", user });
  for (const text of ["My name is Zebulon.", "I work as a nurse.", "My dog Max died yesterday."])
    await session.send(text);
  const plain = await session.exportSnapshot({ embeddings: true });
  const compact = await session.exportSnapshot({ embeddings: true, compact: true });
  const hidden = await session.exportSnapshot({ anonymize: true });
  await here.close();

  const embedder = fakeEmbedder();
  const there = await open(storage, 2, embedder);
  // Whose it is, the file says, in this form too.
  const { user: owner, report } = await there.importSnapshot(compact);
  await there.embed({ user });
  const asked = embedder.calls.flatMap(({ texts }) => texts);
  const arrived = await there.createSession({ session: session.id, user });
  const again = await arrived.exportSnapshot({ embeddings: true });
  const nobody = await there.importSnapshot(hidden);
  // The names that the first implementation has for the parts.
  const names = { restore_affinity: false, restore_conversation: false, restore_facts: false };
  const ana = await there.importSnapshot(plain, { user: "ana", ...names });
  const begun = await there.createSession({ session: ana.session, user: "ana" });
  const known = await there.memories({ user: "ana" });
  const afresh = [begun.state.affinity.points, begun.history().length, known.length];
  await there.close();
  const { anonymization, embeddings, current_state } = { ...JSON.parse(plain), ...JSON.parse(hidden) };
  return {
    owner,
    notes: report.length,
    isSame: again === plain,
    isShorter: compact.length < JSON.stringify(JSON.parse(plain)).length,
    memories: current_state.learned_facts.length,
    vectors: Object.keys(embeddings.vectors).length,
    embedded: asked.filter((text) => /^(name|occupation|field|dog name)\b/.test(text)).length,
    hides: ["Zebulon", "Max", user, session.id].filter((word) => hidden.includes(word)),
    removed: anonymization.removed,
    nobody: [nobody.user, nobody.session, nobody.report.length],
    afresh,
  };
}
