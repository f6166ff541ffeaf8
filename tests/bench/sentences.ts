// Sentences as people type them, as many as are wanted and the same ones every time: a few words in nearly all of them,
// many words in few (Zipf), half of them words that say nothing.

const glue =
  "the i to a and you of it my in that was is for we on at with so but me this have not they be when just had she he " +
  "from about what all out were as up like if then your there some one our an do again very his her today because";
const verbs =
  "walk talk cook paint plant climb visit open start finish watch clean order follow answer learn play help need want " +
  "jump knock laugh listen mention offer park pick plan practice pull push reach relax remind rent repair rest return " +
  "sail search share shout sign skate smell stay stretch surprise taste thank touch travel turn wait warn wash whisper " +
  "wonder work worry bake borrow call carry collect count cross dance discover dream enjoy explore fix gather guess hike";
const nouns =
  "garden kitchen river mountain harbour station bridge window table chair lamp letter book story song guitar piano " +
  "drawing picture camera bicycle train ticket journey island forest beach storm cloud rainbow winter summer morning " +
  "evening weekend birthday holiday wedding party dinner breakfast soup bread cheese apple lemon tomato potato coffee " +
  "doctor dentist teacher student neighbour sister brother cousin uncle friend stranger dog cat horse rabbit parrot " +
  "snail spider office meeting project report budget client customer manager salary contract deadline idea problem " +
  "question secret promise mistake memory habit hobby lesson language grammar poem chapter novel museum theatre ticket " +
  "concert festival orchestra violin trumpet drum marathon stadium trophy ball racket helmet tent backpack compass map " +
  "lantern blanket pillow sweater jacket scarf button pocket mirror drawer cupboard shelf carpet curtain balcony roof " +
  "chimney ladder hammer bucket engine wheel battery charger keyboard screen printer password message photo video radio";
const qualities =
  "quiet loud bright dark warm cold early late busy lazy gentle brave shy proud curious clever funny strange simple " +
  "difficult cheap expensive heavy light narrow wide sweet bitter salty fresh rotten broken golden silver crimson purple";
const names =
  "Ana Bruno Carla Dario Elena Felix Greta Hugo Irene Jonas Klara Lukas Mira Nadia Otto Paula Quentin Rosa";

const split = (list: string) => list.split(" ");

/** Every form of every word, in a fixed order that mixes the kinds. */
const words: readonly string[] = shuffled([
  ...split(verbs).flatMap((verb) => {
    const stem = verb.replace(/e$/, "");
    return [verb, `${verb}s`, `${stem}ed`, `${stem}ing`];
  }),
  ...split(nouns).flatMap((noun) => [noun, `${noun}s`]),
  ...split(qualities).flatMap((quality) => [quality, `${quality}ly`]),
  ...split(names),
  ...Array.from({ length: 1200 }, (_, index) => rareWord(index)),
]);

/** So many sentences of about twenty words. */
export function sentences(count: number): string[] {
  const random = numbers(20);
  const common = split(glue);
  return Array.from({ length: count }, () => {
    const length = 12 + Math.floor(random() * 17);
    const said = Array.from({ length }, () =>
      random() < 0.5 ? drawn(common, random()) : drawn(words, random()),
    );
    return `${said.join(" ").replace(/^./, (first) => first.toUpperCase())}${random() < 0.2 ? "?" : "."}`;
  });
}

/** So many questions of three words that say something. */
export function questions(count: number): string[] {
  const random = numbers(7);
  const word = () => drawn(words, random());
  return Array.from({ length: count }, () => `What did I say about the ${word()} and ${word()} ${word()}?`);
}

/** One of a list: each place is drawn half as often as the one of half its number. */
function drawn(list: readonly string[], random: number): string {
  return list[Math.floor((list.length + 1) ** random) - 1] ?? "";
}

/** A word that looks like one: a place, a product, a nickname. */
function rareWord(index: number): string {
  const syllables = ["ba", "ne", "ri", "to", "lu", "ska", "mo", "ven", "dri", "pol", "gu", "han"];
  const part = (digit: number) => syllables[Math.floor(index / 12 ** digit) % 12];
  return `${part(0)}${part(1)}${part(2)}x`;
}

function shuffled(list: string[]): string[] {
  const random = numbers(3);
  for (let index = list.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [list[index], list[other]] = [list[other] as string, list[index] as string];
  }
  return list;
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
