// BM25 in plain JavaScript, as somebody writes it who wants it to be fast: typed arrays for postings, a map for the
// dictionary, one pass for the terms and one to put them in their places. The counterpart of the core's index.

const k1 = 1.2;
const b = 0.75;

/** Prepares texts as the core does: folded, split, without stop words, stemmed. */
export class PlainSearch {
  readonly #stop: ReadonlySet<string>;
  /** By form: the word that it is a form of. */
  readonly #irregular: ReadonlyMap<string, string>;
  readonly #texts: readonly string[];
  #dictionary = new Map<string, number>();
  #starts = new Uint32Array();
  #slots = new Uint32Array();
  #frequencies = new Uint8Array();
  #lengths = new Uint16Array();
  #average = 0;
  #scores = new Float32Array();

  /** `irregular` lists a word and its forms each. */
  constructor(texts: readonly string[], stop: Iterable<string>, irregular: readonly string[]) {
    this.#texts = texts;
    this.#stop = new Set(stop);
    const lists = irregular.map((forms) => forms.split(" "));
    this.#irregular = new Map(lists.flatMap(([base = "", ...forms]) => forms.map((form) => [form, base])));
  }

  /** Makes the index afresh; gives the number of different terms. */
  build(): number {
    const dictionary = new Map<string, number>();
    const count = this.#texts.length;
    const lengths = new Uint16Array(count);
    // Triples of document, term and frequency; grown like any list.
    let pairs = new Uint32Array(1 << 16);
    let used = 0;
    let holding = new Uint32Array(1 << 12);
    // By term: the document that had it last, and where its pair is.
    let lastSlot = new Int32Array(1 << 12).fill(-1);
    let lastPair = new Uint32Array(1 << 12);
    let total = 0;
    for (let slot = 0; slot < count; slot++) {
      const terms = this.#terms(this.#texts[slot] as string);
      for (const term of terms) {
        let number = dictionary.get(term);
        if (number === undefined) {
          number = dictionary.size;
          dictionary.set(term, number);
          if (number === holding.length) {
            holding = grown(holding, new Uint32Array(2 * number));
            lastPair = grown(lastPair, new Uint32Array(2 * number));
            lastSlot = grown(lastSlot, new Int32Array(2 * number).fill(-1));
          }
        }
        if (lastSlot[number] === slot) {
          (pairs[(lastPair[number] as number) + 2] as number)++;
          continue;
        }
        if (used + 3 > pairs.length) pairs = grown(pairs, new Uint32Array(2 * pairs.length));
        lastSlot[number] = slot;
        lastPair[number] = used;
        (holding[number] as number)++;
        pairs[used] = slot;
        pairs[used + 1] = number;
        pairs[used + 2] = 1;
        used += 3;
      }
      lengths[slot] = terms.length;
      total += terms.length;
    }
    const starts = new Uint32Array(dictionary.size + 1);
    for (let term = 0; term < dictionary.size; term++)
      starts[term + 1] = (starts[term] as number) + (holding[term] as number);
    const next = starts.slice();
    const slots = new Uint32Array(used / 3);
    const frequencies = new Uint8Array(used / 3);
    for (let pair = 0; pair < used; pair += 3) {
      const place = (next[pairs[pair + 1] as number] as number)++;
      slots[place] = pairs[pair] as number;
      frequencies[place] = pairs[pair + 2] as number;
    }
    this.#dictionary = dictionary;
    this.#starts = starts;
    this.#slots = slots;
    this.#frequencies = frequencies;
    this.#lengths = lengths;
    this.#average = total / count;
    this.#scores = new Float32Array(count);
    return dictionary.size;
  }

  /** The numbers of the texts that answer a question best, the best first, each with its score behind it. */
  search(question: string, most: number): number[] {
    const scores = this.#scores.fill(0);
    const base = k1 * (1 - b);
    const slope = (k1 * b) / this.#average;
    for (const term of this.#terms(question)) {
      const number = this.#dictionary.get(term);
      if (number === undefined) continue;
      const start = this.#starts[number] as number;
      const end = this.#starts[number + 1] as number;
      const holding = end - start;
      const weight = Math.log(1 + (scores.length - holding + 0.5) / (holding + 0.5)) * (k1 + 1);
      for (let place = start; place < end; place++) {
        const slot = this.#slots[place] as number;
        const frequency = this.#frequencies[place] as number;
        scores[slot] =
          (scores[slot] as number) +
          (weight * frequency) / (frequency + base + slope * (this.#lengths[slot] as number));
      }
    }
    const best: number[] = [];
    let least = 0;
    for (let slot = 0; slot < scores.length; slot++) {
      const score = scores[slot] as number;
      if (score <= least) continue;
      let place = best.length;
      while (place > 0 && (best[place - 1] as number) < score) place -= 2;
      best.splice(place, 0, slot, score);
      if (best.length > 2 * most) best.length = 2 * most;
      if (best.length === 2 * most) least = best[best.length - 1] as number;
    }
    return best;
  }

  #terms(text: string): string[] {
    const terms: string[] = [];
    for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
      if (!this.#stop.has(word)) terms.push(stem(this.#irregular.get(word) ?? word));
    }
    return terms;
  }
}

/** The core's rules for English: plural, -ing, -ed, a final e, a doubled consonant, y as i. */
function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let stem = word;
  if (stem.endsWith("ies") && stem.length > 4) stem = `${stem.slice(0, -3)}y`;
  else if (/(?:ss|x|ch|sh|z)es$/.test(stem)) stem = stem.slice(0, -2);
  else if (stem.endsWith("s") && !/[sui]s$/.test(stem)) stem = stem.slice(0, -1);
  if (stem.endsWith("ied") && stem.length > 4) stem = `${stem.slice(0, -3)}y`;
  else if (stem.length >= 5 && /[aeiouy].*(?:ing|ed)$/.test(stem)) stem = stem.replace(/(?:ing|ed)$/, "");
  if (stem.length > 3 && stem.endsWith("e")) stem = stem.slice(0, -1);
  if (stem.length > 3 && /([^aeiouy])\1$/.test(stem)) stem = stem.slice(0, -1);
  if (stem.length > 3 && stem.endsWith("y")) stem = `${stem.slice(0, -1)}i`;
  return stem;
}

function grown<List extends { set(list: List): void }>(list: List, larger: List): List {
  larger.set(list);
  return larger;
}
