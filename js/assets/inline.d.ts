/** Made by the build: the files of the package as text. */
declare module "luminoracore:inline" {
  /** core.wasm as base64. */
  export const wasm: string;
  /** The language packs as JSON text. */
  export const packs: readonly string[];
  /** The bundled personalities as JSON text, by key. */
  export const personalities: Readonly<Record<string, string>>;
}
