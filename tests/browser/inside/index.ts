// What runs in the tabs of the browser tests: the tests call these functions through `page.evaluate`.
export * as luminoracore from "luminoracore";
export { converse } from "../../shared/conversation.ts";
export { compileOrRefuse } from "../../shared/pure.ts";

declare global {
  /** This module, as the tests reach it. */
  var inside: typeof import("./index.ts");
}
