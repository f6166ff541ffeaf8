// Bundled and started by file-session.test.ts as a process of its own, to be killed: goes on with the person's only
// session until then, and names the run of each turn once it is acknowledged. Arguments: folder, person.
import { writeSync } from "node:fs";
import { Luminora } from "luminoracore";
import { fileStorage } from "luminoracore/node";

const [folder = "", user = ""] = process.argv.slice(2);
const luminora = await Luminora.open({ storage: fileStorage(folder) });
const [present] = await luminora.sessions({ user });
const session = await luminora.createSession(
  present ? { session: present.id, user } : { template: "alicia", user },
);
for (let turn = 0; ; turn++) {
  const { run } = await session.send(turn % 3 === 0 ? "You are wonderful!" : `I hate this (${turn})`);
  writeSync(1, `${run}\n`);
}
