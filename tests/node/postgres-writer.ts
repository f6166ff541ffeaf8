// Bundled and started by postgres-crash.test.ts as a process of its own, to be killed: appends batches and says of each
// when it was acknowledged. A batch that failed is appended again: nobody knows whether it was stored.
// Arguments: address of the server, owner, name of this writer, how many batches.
import { writeSync } from "node:fs";
import pg from "pg";
import { LuminoraError } from "../../js/errors.ts";
import { postgresStorage } from "../../js/storage/postgres.ts";
import type { StoredRecord } from "../../js/storage/storage.ts";

const [url = "", owner = "", writer = "", batches = "Infinity"] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 1 });
pool.on("error", () => {});
const storage = postgresStorage((text, params) => pool.query(text, params));

for (let batch = 0; batch < Number(batches); batch++) {
  const at = `${String(batch).padStart(15, "0")}-00000-${writer}`;
  const record = (id: string, body: string): StoredRecord => ({
    id,
    owner,
    kind: "turn",
    at,
    schema: 1,
    body,
  });
  // Parts of its own, one record that all writers change, and every few batches an erasure.
  const records = Array.from({ length: 1 + (batch % 5) }, (_, part) =>
    record(`${writer}/${batch}/${part}`, "ñ🌙".repeat(200)),
  );
  records.push(record("shared", writer));
  if (batch % 20 === 19)
    records.push({ id: `${writer}/${batch - 7}/0`, owner, kind: "turn", at, erased: true });
  await stored(records);
  writeSync(1, `${batch}\n`);
}
await storage.close();
await pool.end();

async function stored(records: StoredRecord[]): Promise<void> {
  for (;;) {
    try {
      return await storage.append(owner, records);
    } catch (error) {
      if (!LuminoraError.isInstance(error) || error.code !== "storage") throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
