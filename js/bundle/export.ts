import { BundleWriter } from "../../build/wasm/core.js";
import { ask } from "../ask.ts";
import type { Host } from "../driver.ts";
import { LuminoraError } from "../errors.ts";
import { nextTask } from "../next-task.ts";
import type { BundleExportOptions } from "./bundle.ts";
import { encrypt } from "./encryption.ts";
import { sign } from "./signature.ts";
import { type HashedMember, MemberPacker, type PackedMember, storedMember, zip } from "./zip-writer.ts";

/** Times that an export begins anew because the log was changed meanwhile, before it is taken without a pause. */
const patience = 2;

type Piece = [
  path: string,
  records: Uint8Array<ArrayBuffer>,
  index: Uint8Array<ArrayBuffer>,
  isLast: boolean,
];

/** A person's log as a bundle; see `Luminora.exportBundle`. The core knows the log already. */
export async function exportBundle(
  host: Host,
  options: BundleExportOptions & { user: string },
): Promise<Blob> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await attemptExport(host, options, attempt >= patience);
    } catch (error) {
      const isChanged = LuminoraError.isInstance(error) && error.code === "invalid_operation";
      if (!isChanged || attempt >= patience) throw error;
    }
  }
}

async function attemptExport(
  { core, clock, random }: Host,
  { user, instance, since, passphrase, sign: signer }: BundleExportOptions & { user: string },
  atOnce: boolean,
): Promise<Blob> {
  const writer = ask(() => new BundleWriter(core, user, { instance, since }));
  const pieces = function* (): Generator<Piece> {
    for (;;) {
      const piece = ask(() => writer.next(core));
      if (!piece) return;
      yield piece as unknown as Piece;
    }
  };
  const index = new MemberPacker("INDEX.jsonl");
  const packers = [index];
  const ended: Promise<HashedMember>[] = [];
  const end = (packer: MemberPacker) => {
    const member = packer.end();
    // What went wrong is told where all are waited for.
    member.catch(() => {});
    ended.push(member);
  };
  const now = clock();
  let members: PackedMember[];
  let manifest: string;
  try {
    let member: MemberPacker | undefined;
    let packing: Promise<unknown> | undefined;
    // While a piece is packed, in another thread, the core makes the next one.
    for (const [path, records, lines, isLast] of atOnce ? [...pieces()] : pieces()) {
      await packing;
      if (!member) {
        member = new MemberPacker(path);
        packers.push(member);
      }
      packing = Promise.all([member.write(records), index.write(lines)]);
      if (isLast) {
        end(member);
        member = undefined;
      }
      // Only between two tasks of this thread does the other one hear of the next piece.
      if (!atOnce) await nextTask();
    }
    end(index);
    const hashed = await Promise.all(ended);
    // The index first, then the others as they were written.
    const hashes = [hashed.at(-1), ...hashed.slice(0, -1)].map((member) => member?.sha256 ?? "");
    manifest = ask(() => writer.manifest(signer !== undefined, hashes, now));
    members = hashed;
  } catch (error) {
    for (const packer of packers) packer.abort();
    writer.free();
    throw error;
  }
  members = [...members, storedMember("MANIFEST.json", manifest)];
  const { root, created_at } = JSON.parse(manifest) as { root: string; created_at: string };
  if (signer) members.push(storedMember("SIGNATURE.json", await sign(root, signer)));
  const archive = zip(members);
  return passphrase === undefined ? archive : await encrypt(archive, passphrase, created_at, random);
}
