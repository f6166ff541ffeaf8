// What runs in the tabs of the browser tests: the tests call these functions through `page.evaluate`.
export * as luminoracore from "luminoracore";
export { askAll, askModel, countPieces } from "../../shared/asking.ts";
export * as bundle from "../../shared/bundle.ts";
export { throughTemplate } from "../../shared/card.ts";
export * as cardFiles from "../../shared/card-files.ts";
export { openLongLog } from "../../shared/checkpoint.ts";
export * as chrome from "../../shared/chrome.ts";
export { converse } from "../../shared/conversation.ts";
export { tryEmbedding } from "../../shared/embedding.ts";
export { eraseAndLook } from "../../shared/erase.ts";
export { tryFailingModel } from "../../shared/failing-model.ts";
export { openGolden } from "../../shared/golden.ts";
export { bringUp } from "../../shared/knowledge.ts";
export * as memory from "../../shared/memory.ts";
export { mergeIn } from "../../shared/merge.ts";
export * as notes from "../../shared/notes.ts";
export { blendOrRefuse, compileOrRefuse, convertOrRefuse } from "../../shared/pure.ts";
export * as recall from "../../shared/recall.ts";
export { recordAndReplay } from "../../shared/replay.ts";
export * as secrets from "../../shared/secrets.ts";
export { travel } from "../../shared/snapshot.ts";
export * as tables from "../../shared/tables.ts";
export { searchVectors } from "../../shared/vector-index.ts";
export { conforms } from "./conformance.ts";
export * as database from "./database.ts";
export { findings, talkEndlessly } from "./endless.ts";
export * as golden from "./golden.ts";
export { interleave } from "./interleaved.ts";
export { live } from "./laws.ts";
export { rawDatabase } from "./raw.ts";
export { openTab, say, stored, view } from "./tab.ts";

declare global {
  /** This module, as the tests reach it. */
  var inside: typeof import("./index.ts");
}
