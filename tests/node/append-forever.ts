// Started by file-storage.test.ts as a process of its own, to be killed: appends batches until then, and says of each
// batch when it was acknowledged. Arguments: folder, owner, name of this writer.
import { writeSync } from "node:fs";
import { fileStorage } from "../../js/storage/file.ts";

const [folder = "", owner = "", writer = ""] = process.argv.slice(2);
const storage = fileStorage(folder, {
  onDamage({ message }) {
    // What a killed process has not finished is none.
    if (message.includes("damaged")) throw new Error(message);
  },
});
const pad = (value: number, digits: number) => String(value).padStart(digits, "0");

for (let batch = 0; ; batch++) {
  const size = 1 + (batch % 5);
  const at = `${pad(batch, 15)}-00000-${writer}`;
  const records = Array.from({ length: size }, (_, part) => ({
    id: `${writer}/${batch}/${part}`,
    owner,
    kind: "turn",
    at,
    schema: 1,
    body: { size, text: "ñ🌙".repeat(200), said: `said in ${writer}/${batch}/${part}.` },
  }));
  // Every few batches an erasure makes the whole file be written anew.
  const erased = batch - 7;
  if (batch % 20 === 19)
    records.push({ id: `${writer}/${erased}/0`, owner, kind: "turn", at, erased: true } as never);
  await storage.append(owner, records);
  writeSync(1, `${batch}\n`);
}
