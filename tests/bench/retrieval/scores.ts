/** One turn of a conversation. */
export interface Turn {
  readonly conv: string;
  readonly id: string;
  /** Number of its session. */
  readonly s: number;
  /** When, without a zone. */
  readonly ts: string;
  /** Who speaks. */
  readonly spk: string;
  readonly text: string;
  /** Tokens. */
  readonly tok?: number;
  /** What is on the photograph that came with it. */
  readonly cap?: string;
}

export interface Question {
  readonly conv: string;
  readonly q: number;
  /** 1 multi-hop, 2 temporal, 3 open-domain, 4 single-hop, 5 adversarial. */
  readonly cat: number;
  readonly question: string;
  /** Ids of the turns that answer it. */
  readonly evidence: readonly string[];
}

/** The turns that were found for a question, the best first. */
export interface Ranked {
  readonly conv: string;
  readonly question_idx: number;
  readonly ranked: readonly string[];
}

const groups: readonly (readonly [name: string, categories: readonly number[]])[] = [
  ["1 multi-hop", [1]],
  ["2 temporal", [2]],
  ["3 open-domain", [3]],
  ["4 single-hop", [4]],
  ["all of 1-4", [1, 2, 3, 4]],
  ["5 adversarial", [5]],
];

/** Prints what share of the evidence is among the first ten, and among the first thousand tokens. */
export function printScores(
  ranked: readonly Ranked[],
  corpus: readonly Turn[],
  questions: readonly Question[],
): void {
  const key = (conv: string, id: string | number) => `${conv} ${id}`;
  const tokens = new Map(corpus.map(({ conv, id, tok, text }) => [key(conv, id), tok ?? text.length / 4]));
  const found = new Map(ranked.map(({ conv, question_idx, ranked }) => [key(conv, question_idx), ranked]));
  console.log(
    `\n${"".padEnd(14)}${["questions", "R@10", "R@1000tok"].map((name) => name.padStart(11)).join("")}`,
  );
  for (const [name, categories] of groups) {
    const asked = questions.filter(({ cat, evidence }) => categories.includes(cat) && evidence.length > 0);
    const sums = [0, 0];
    for (const { conv, q, evidence } of asked) {
      const ids = found.get(key(conv, q)) ?? [];
      const share = (some: readonly string[]) =>
        evidence.filter((id) => some.includes(id)).length / evidence.length;
      let left = 1000;
      const fitting = ids.findIndex((id) => {
        left -= tokens.get(key(conv, id)) ?? 0;
        return left < 0;
      });
      sums[0] = (sums[0] ?? 0) + share(ids.slice(0, 10));
      sums[1] = (sums[1] ?? 0) + share(fitting < 0 ? ids : ids.slice(0, fitting));
    }
    const shares = sums.map((sum) => (sum / asked.length).toFixed(4).padStart(11));
    console.log(`${name.padEnd(14)}${String(asked.length).padStart(11)}${shares.join("")}`);
  }
}
