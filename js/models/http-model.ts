import { LuminoraError } from "../errors.ts";
import type { Wire } from "./http.ts";
import { checkedBase, type HttpModelOptions } from "./http-options.ts";
import type { CallOptions, Capabilities, Model } from "./model.ts";
import type { Part } from "./part.ts";

/** What is particular about a provider. What its factory is given wins. */
export interface Provider extends Wire {
  readonly kind: string;
  readonly baseURL?: string | undefined;
  readonly capabilities?: Capabilities | undefined;
  readonly stallTimeout?: number | undefined;
}

/** A provider, with what its factory was given. */
export interface Settings extends HttpModelOptions, Wire {
  readonly kind: string;
  readonly capabilities: Capabilities;
}

/** Makes one call, in the way in which a provider is spoken to. */
export type Protocol = (settings: Settings, call: CallOptions) => AsyncIterable<Part>;

/**
 * A model behind HTTP.
 *
 * @param load gives the protocol with the first call: a page that only ever talks offline does not pay for it
 * @throws LuminoraError `invalid_argument`, `out_of_range`, `browser_key_refused`
 */
export function httpModel(
  options: HttpModelOptions,
  provider: Provider,
  load: () => Promise<Protocol>,
): Model {
  const capabilities = { ...provider.capabilities, ...options.capabilities };
  const settings: Settings = {
    ...options,
    ...provider,
    capabilities,
    baseURL: options.baseURL ?? provider.baseURL,
    stallTimeout: options.stallTimeout ?? provider.stallTimeout,
  };
  checkedBase(settings);
  let protocol: Protocol | undefined;
  return {
    version: 1,
    kind: provider.kind,
    id: options.model,
    contextTokens: options.contextTokens,
    capabilities,
    async *call(call) {
      protocol ??= await load().catch((cause: unknown) => {
        throw new LuminoraError("model_network", "A part of this library could not be loaded.", {
          hint: "Load the page again.",
          cause,
        });
      });
      yield* protocol(settings, call);
    },
  };
}
