import { LuminoraError } from "./errors.ts";

/** The text of a file, or the file. */
export type TextFile = string | Uint8Array | Blob;

/** The text of a file, which must be UTF-8; `path` is where the caller's arguments have it. */
export async function textOfFile(file: TextFile, path = ""): Promise<string> {
  if (typeof file === "string") return file;
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer());
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new LuminoraError("unsupported_format", "The file is not UTF-8 text.", { cause, path });
  }
}
