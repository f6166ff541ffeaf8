import { Sha256 } from "../../build/wasm/core.js";
import { hex } from "../hex.ts";
import { nodeCrypto } from "../node-builtins.ts";

/** Bytes that are kept until they are hashed as a whole. */
const longest = 16 << 20;

/**
 * The SHA-256 of a member that comes in pieces. The environment is several times as fast as the core. That of the web
 * wants it as a whole; where that is too long, or there is none (a page without https), the core hashes piece by piece.
 */
export class MemberHash {
  readonly #node = nodeCrypto?.createHash("sha256");
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;
  #core: Sha256 | undefined;

  constructor() {
    if (!this.#node && !globalThis.crypto?.subtle) this.#core = new Sha256();
  }

  /** Takes the next piece, which nobody changes any more. */
  add(piece: Uint8Array<ArrayBuffer>): void {
    if (this.#node) {
      this.#node.update(piece);
      return;
    }
    if (!this.#core) {
      this.#pieces.push(piece);
      this.#length += piece.length;
      if (this.#length <= longest) return;
      this.#core = new Sha256();
      for (const before of this.#pieces) this.#core.add(before);
      this.#pieces = [];
      return;
    }
    this.#core.add(piece);
  }

  /** As hexadecimal digits. */
  async end(): Promise<string> {
    if (this.#node) return this.#node.digest("hex");
    if (this.#core) {
      const digits = this.#core.hex();
      this.#core = undefined;
      return digits;
    }
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", whole)));
  }

  /** Nobody wants it any more. */
  abort(): void {
    this.#core?.free();
    this.#core = undefined;
    this.#pieces = [];
  }
}
