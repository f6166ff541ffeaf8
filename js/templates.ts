import { ask, fromCore } from "./ask.ts";
import type { Connection } from "./connection.ts";
import { textOf } from "./document.ts";
import { run } from "./driver.ts";
import { LuminoraError } from "./errors.ts";
import type { TemplateSummary } from "./generated/types.ts";
import type { Template } from "./pure.ts";
import { type BundledPersonality, bundledAssets } from "./runtime.ts";

/** A personality: the name of one that is known, a parsed one, or a document as JSON text, bytes or object. */
export type TemplateSource = string | Uint8Array | Template | { readonly persona: object };

/** A template with its document. */
export interface TemplateEntry extends TemplateSummary {
  /** The personality document. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** How the core is told which personality: by reference, or with the document itself. */
type Located = { readonly reference: string } | { readonly document: string };

/** The personalities that can be talked to: the bundled ones, and those that were added. */
export class Templates {
  readonly #connection: Connection;
  readonly #load: () => Promise<void>;
  #index: Promise<readonly BundledPersonality[]> | undefined;

  /** @internal */
  constructor(connection: Connection, load: () => Promise<void>) {
    this.#connection = connection;
    this.#load = load;
  }

  /**
   * Keeps a personality document. The same content again changes nothing; the same name and version with other
   * content is `template_conflict`; a bad document is `invalid_template` with all its problems.
   */
  async add(source: TemplateSource): Promise<TemplateSummary> {
    await this.#load();
    const output = await run(this.#connection, { type: "add-template", source: textOf(source) });
    return (output as { value: TemplateSummary }).value;
  }

  /** A personality by its name, an alias, its id (`sha256:...`) or the key of a bundled one, or of a document. */
  async get(name: TemplateSource): Promise<TemplateEntry> {
    const located = await this.locate(name);
    const source =
      "document" in located
        ? located.document
        : ask(() => this.#connection.core.templateDocument("", located.reference));
    const document = JSON.parse(source) as { persona: Omit<TemplateSummary, "id"> };
    const { name: found, version, description, language, tags } = document.persona;
    const id = ask(() => this.#connection.core.templateId(source));
    return { id, name: found, version, description, language, tags: tags ?? [], document };
  }

  /** All of them: those that were added, then the bundled ones, each by name. */
  async list(): Promise<TemplateSummary[]> {
    await this.#load();
    const added = ask(() => this.#connection.core.templates() as TemplateSummary[]);
    const ids = new Set(added.map(({ id }) => id));
    const bundled = await this.#bundled();
    return [
      ...added,
      ...bundled.map(({ key, aliases, ...summary }) => summary).filter(({ id }) => !ids.has(id)),
    ];
  }

  /** @internal */
  async locate(source: TemplateSource): Promise<Located> {
    await this.#load();
    if (typeof source !== "string" || source.trimStart().startsWith("{")) return { document: textOf(source) };
    const { core } = this.#connection;
    try {
      core.templateDocument("", source);
      return { reference: source };
    } catch (cause) {
      const key = keyOf(source, await this.#bundled());
      const assets = bundledAssets();
      if (key && assets) return { document: await assets.personality(key) };
      throw await this.#unknown(fromCore(cause));
    }
  }

  /** The bundled personalities, read when they are first asked for. */
  #bundled(): Promise<readonly BundledPersonality[]> {
    this.#index ??= (bundledAssets()?.personalities() ?? Promise.resolve([])).catch((error: unknown) => {
      // The next call may try again: a network can come back.
      this.#index = undefined;
      throw error;
    });
    return this.#index;
  }

  /** The core's error, with a hint that names the bundled ones too: the core does not know them. */
  async #unknown(error: Error): Promise<Error> {
    if (!LuminoraError.isInstance(error) || error.code !== "unknown_template") return error;
    const names = (await this.list()).map(({ name }) => name);
    return new LuminoraError(error.code, error.message, {
      path: error.path,
      hint: `Known: ${names.join(", ")}.`,
    });
  }
}

/** The key of the bundled personality that goes by this name. */
function keyOf(name: string, bundled: readonly BundledPersonality[]): string | undefined {
  const fold = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = fold(name);
  return bundled.find(
    ({ key, id, name: own, aliases }) =>
      key === name || id === name || [own, ...aliases].some((known) => fold(known) === wanted),
  )?.key;
}
