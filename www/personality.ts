import type { Parameters, Session, TemplateSummary } from "luminoracore";

/** What the page shows of a personality beside its summary. */
export interface Personality extends TemplateSummary {
  readonly levels: readonly Level[];
  /** What each mood is like, by its name. */
  readonly moods: ReadonlyMap<string, string>;
  /** The mood in which nothing has set another off. */
  readonly usualMood: string;
  /** Minutes after which half of a mood is gone, where the template says. */
  readonly halfLife: number | undefined;
  /** The six parameters as the template has them, before level and mood. */
  readonly base: Parameters;
}

/** A level of the relationship. */
export interface Level {
  readonly name: string;
  readonly description: string;
  /** Least and greatest points, 0..100. */
  readonly range: readonly [number, number];
}

/** The parts of a template document that are read here; the core has validated it. */
interface Document {
  readonly advanced_parameters?: Parameters;
  readonly hierarchical_config?: {
    readonly relationship_levels?: readonly {
      readonly name: string;
      readonly description?: string;
      readonly affinity_range: readonly [number, number];
    }[];
  };
  readonly mood_config?: {
    readonly moods?: Readonly<Record<string, { readonly description?: string }>>;
    readonly mood_detection?: { readonly default_mood?: string; readonly half_life_minutes?: number };
  };
}

/** The personality of a session. */
export async function personalityOf(session: Session): Promise<Personality> {
  const document: Document = await documentOf(session);
  const levels = document.hierarchical_config?.relationship_levels ?? [];
  const { default_mood = "neutral", half_life_minutes } = document.mood_config?.mood_detection ?? {};
  return {
    ...session.summary.template,
    levels: levels.map(({ name, description = "", affinity_range }) => ({
      name,
      description,
      range: affinity_range,
    })),
    moods: new Map(
      Object.entries(document.mood_config?.moods ?? {}).map(([name, mood]) => [name, mood.description ?? ""]),
    ),
    usualMood: default_mood,
    halfLife: half_life_minutes,
    base: document.advanced_parameters ?? {},
  };
}

/** The document of a session's personality. It travels in a snapshot, also where it was never among `templates`. */
export async function documentOf(session: Session): Promise<object> {
  const snapshot = await session.exportSnapshot({ conversation: false, facts: false, episodes: false });
  const { format, schema_version, _snapshot_info, current_state, active_configuration, hashes, ...rest } =
    JSON.parse(snapshot);
  // Keys of the document that had to make way for those of the file.
  const { template_extra = {}, ...document } = rest;
  return { ...template_extra, ...document };
}
