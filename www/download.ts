import { create } from "./dom.ts";

/** Puts a file into the person's downloads. */
export function download(name: string, content: BlobPart, type = "application/json"): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  create("a", { attributes: { href: url, download: name } }).click();
  // The download has begun once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A personality's name as the beginning of a file's name. */
export function fileName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
}
