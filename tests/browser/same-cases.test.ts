import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { bundleSuite } from "../shared/suites/bundle.ts";
import { cardSuite } from "../shared/suites/card.ts";
import { cardFilesSuite } from "../shared/suites/card-files.ts";
import { checkpointSuite } from "../shared/suites/checkpoint.ts";
import { conversationSuite } from "../shared/suites/conversation.ts";
import { eraseSuite } from "../shared/suites/erase.ts";
import { goldenSuite } from "../shared/suites/golden.ts";
import { knowledgeSuite } from "../shared/suites/knowledge.ts";
import { memorySuite } from "../shared/suites/memory.ts";
import { mergeSuite } from "../shared/suites/merge.ts";
import { noteSuite } from "../shared/suites/notes.ts";
import { pureSuite } from "../shared/suites/pure.ts";
import { recallSuite } from "../shared/suites/recall.ts";
import { replaySuite } from "../shared/suites/replay.ts";
import { snapshotSuite } from "../shared/suites/snapshot.ts";
import { tableSuite } from "../shared/suites/tables.ts";
import { vectorIndexSuite } from "../shared/suites/vector-index.ts";
import { type Inside, openInside } from "./inside.ts";

let browser: Inside;
let tab: Page;

beforeAll(async () => {
  browser = await openInside();
  tab = await browser.open();
  await tab.evaluate(() => inside.luminoracore.init());
});

afterAll(() => browser?.close());

conversationSuite((...args) => tab.evaluate((args) => inside.converse(...args), args));

knowledgeSuite((...args) => tab.evaluate((args) => inside.bringUp(...args), args));

checkpointSuite(() =>
  tab.evaluate(() => {
    const open = () => inside.luminoracore.indexedDbStorage({ name: "checkpoint-suite" });
    return inside.openLongLog(open);
  }),
);

const bundles = "bundle-suite";
bundleSuite({
  thereAndBack: () =>
    tab.evaluate((name) => {
      const [first, second] = [1, 2].map((number) =>
        inside.luminoracore.indexedDbStorage({ name: name + number }),
      );
      return inside.bundle.thereAndBack(first as never, second as never);
    }, `${bundles}-there`),
  underPassphrase: () =>
    tab.evaluate(
      (name) => inside.bundle.underPassphrase(inside.luminoracore.indexedDbStorage({ name })),
      `${bundles}-passphrase`,
    ),
  signed: () =>
    tab.evaluate(
      (name) => inside.bundle.signed(inside.luminoracore.indexedDbStorage({ name })),
      `${bundles}-signed`,
    ),
  twoDevices: () =>
    tab.evaluate((name) => {
      const [first, second] = [1, 2].map((number) =>
        inside.luminoracore.indexedDbStorage({ name: name + number }),
      );
      return inside.bundle.twoDevices(first as never, second as never);
    }, `${bundles}-two`),
  damagedArchives: () =>
    tab.evaluate(
      (name) => inside.bundle.damagedArchives(inside.luminoracore.indexedDbStorage({ name })),
      `${bundles}-damaged`,
    ),
  repeatedText: () =>
    tab.evaluate(
      (name) => inside.bundle.repeatedText(inside.luminoracore.indexedDbStorage({ name })),
      `${bundles}-repeated`,
    ),
  fiveMethods: () =>
    tab.evaluate(
      (name) => inside.bundle.fiveMethods(inside.luminoracore.indexedDbStorage({ name })),
      `${bundles}-five`,
    ),
  failingStorage: () =>
    tab.evaluate(
      (name) => inside.bundle.failingStorage(inside.luminoracore.indexedDbStorage({ name })),
      `${bundles}-failing`,
    ),
  sentences: () =>
    tab.evaluate((name) => {
      let count = 0;
      return inside.bundle.sentences(() =>
        inside.luminoracore.indexedDbStorage({ name: `${name}-${count++}` }),
      );
    }, `${bundles}-sentences`),
});

eraseSuite((what) =>
  tab.evaluate((what) => {
    const name = `erase-suite-${what}`;
    const reopen = () => inside.luminoracore.indexedDbStorage({ name });
    return inside.eraseAndLook({ reopen, raw: () => inside.rawDatabase(name) }, what);
  }, what),
);

goldenSuite((golden) =>
  // As text: the types of what crosses have no end where JSON may stand in JSON.
  tab.evaluate((text) => {
    const reopen = () => inside.luminoracore.indexedDbStorage({ name: "golden-suite" });
    return inside.openGolden(reopen, JSON.parse(text));
  }, JSON.stringify(golden)),
);

mergeSuite((owner, batches) =>
  tab.evaluate(
    ([owner, text]) => {
      const storage = inside.luminoracore.indexedDbStorage({ name: "merge-suite" });
      return inside.mergeIn(storage, owner, JSON.parse(text));
    },
    [owner, JSON.stringify(batches)] as const,
  ),
);

snapshotSuite(() =>
  tab.evaluate(() => inside.travel(inside.luminoracore.indexedDbStorage({ name: "snapshot-suite" }))),
);

tableSuite({
  goOn: (text) =>
    tab.evaluate((text) => {
      const storage = inside.luminoracore.indexedDbStorage({ name: "tables-suite" });
      return inside.tables.goOn(storage, text);
    }, text),
  comeApart: (text, rows) =>
    tab.evaluate(([text, rows]) => inside.tables.comeApart(text, JSON.parse(rows)), [
      text,
      JSON.stringify(rows),
    ] as const),
});

const databases = "memory-suite";
memorySuite({
  learnCorrectForget: () =>
    tab.evaluate(
      (name) => inside.memory.learnCorrectForget(inside.luminoracore.indexedDbStorage({ name })),
      `${databases}-1`,
    ),
  extractWithModel: () =>
    tab.evaluate(
      (name) => inside.memory.extractWithModel(inside.luminoracore.indexedDbStorage({ name })),
      `${databases}-2`,
    ),
  repairWithModel: () =>
    tab.evaluate(
      (name) => inside.memory.repairWithModel(inside.luminoracore.indexedDbStorage({ name })),
      `${databases}-3`,
    ),
  leaveOut: () => tab.evaluate(() => inside.memory.leaveOut(inside.luminoracore.memoryStorage)),
  switchOff: () => tab.evaluate(() => inside.memory.switchOff(inside.luminoracore.memoryStorage)),
});

const notes = "note-suite";
noteSuite({
  cutTexts: (cases) =>
    tab.evaluate(
      ([name, cases]) => inside.notes.cutTexts(inside.luminoracore.indexedDbStorage({ name }), cases),
      [`${notes}-1`, cases] as const,
    ),
  importReplaceForget: () =>
    tab.evaluate(
      (name) => inside.notes.importReplaceForget(inside.luminoracore.indexedDbStorage({ name })),
      `${notes}-2`,
    ),
  importMany: () =>
    tab.evaluate(
      (name) => inside.notes.importMany(inside.luminoracore.indexedDbStorage({ name })),
      `${notes}-3`,
    ),
});

vectorIndexSuite(() =>
  tab.evaluate(async () => {
    const core = await fetch("/luminoracore/core.wasm");
    return inside.searchVectors(await core.arrayBuffer());
  }),
);

const recall = "recall-suite";
recallSuite({
  findAndForget: () =>
    tab.evaluate(
      (name) => inside.recall.findAndForget(inside.luminoracore.indexedDbStorage({ name })),
      `${recall}-1`,
    ),
  keepTheIndex: () =>
    tab.evaluate((name) => {
      const open = () => inside.luminoracore.indexedDbStorage({ name });
      return inside.recall.keepTheIndex(open(), open);
    }, `${recall}-2`),
  findByMeaning: () =>
    tab.evaluate((name) => {
      const open = () => inside.luminoracore.indexedDbStorage({ name });
      return inside.recall.findByMeaning(open(), open);
    }, `${recall}-3`),
  failToEmbed: () =>
    tab.evaluate(
      (name) => inside.recall.failToEmbed(inside.luminoracore.indexedDbStorage({ name })),
      `${recall}-4`,
    ),
});

pureSuite({
  validate: (...args) => tab.evaluate((args) => inside.luminoracore.validate(...args), args),
  compileOrRefuse: (...args) => tab.evaluate((args) => inside.compileOrRefuse(...args), args),
  convertOrRefuse: (...args) => tab.evaluate((args) => inside.convertOrRefuse(...args), args),
  observe: (...args) => tab.evaluate((args) => inside.luminoracore.observe(...args), args),
  blendOrRefuse: (...args) => tab.evaluate((args) => inside.blendOrRefuse(...args), args),
});

cardSuite((...args) => tab.evaluate((args) => inside.throughTemplate(...args), args));

cardFilesSuite({
  readImages: () => tab.evaluate(() => inside.cardFiles.readImages()),
  refuseImages: () => tab.evaluate(() => inside.cardFiles.refuseImages()),
  throughImage: (document) => tab.evaluate((document) => inside.cardFiles.throughImage(document), document),
  readArchives: () => tab.evaluate(() => inside.cardFiles.readArchives()),
  refuseArchives: () => tab.evaluate(() => inside.cardFiles.refuseArchives()),
  throughArchives: (document) =>
    tab.evaluate(async (document) => {
      const { picture, base, ...found } = await inside.cardFiles.throughArchives(document);
      return found;
    }, document),
  refuseExports: (document) => tab.evaluate((document) => inside.cardFiles.refuseExports(document), document),
});

replaySuite((document) => tab.evaluate((document) => inside.recordAndReplay(document), document));
