// Started by file-kills.test.ts as a process of its own, to be killed: changes the log until then, and says of each
// change when it was acknowledged. Arguments: folder, and the time with which it begins, which is its seed, too.
import { writeSync } from "node:fs";
import { fileStorage } from "../../js/storage/file.ts";
import { seededRandom } from "../../js/testing/seeded-random.ts";
import { changed, make, nextChange, stored } from "./changes.ts";

const [folder = "", begin = ""] = process.argv.slice(2);
const storage = fileStorage(folder, {
  onDamage({ message }) {
    // What a killed process has not finished is none.
    if (message.includes("damaged")) throw new Error(message);
  },
});
const random = seededRandom(Number(begin));
let log = await stored(storage);
for (let time = Number(begin); ; time++) {
  const change = nextChange(log, random, time);
  writeSync(1, "-");
  await make(storage, change);
  log = changed(log, change);
  writeSync(1, "+");
}
