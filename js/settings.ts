import type { LuminoraOptions } from "./options.ts";

/**
 * The options of a core, in its own words.
 *
 * @internal
 */
export function settingsOf({ features, limits, memory, policy, embedder, prices }: LuminoraOptions): object {
  return {
    features,
    context_tokens: limits?.contextTokens,
    limits: {
      max_facts: orUnlimited(limits?.maxFacts),
      max_episodes: orUnlimited(limits?.maxEpisodes),
      retention_days: orUnlimited(limits?.retentionDays),
    },
    fact_threshold: memory?.factThreshold,
    most_recalled: policy?.retrieve?.maxK,
    embedder: embedder?.id,
    tokens_per_day: memory?.tokensPerDay ?? undefined,
    prices,
  };
}

/** `null` is more than anybody can reach. */
function orUnlimited(limit: number | null | undefined): number | undefined {
  return limit === null ? 2 ** 32 - 1 : limit;
}
