import { failingModelSuite } from "../shared/suites/failing-model.ts";
import { tabForAll } from "./inside.ts";

const tab = tabForAll({ expectErrors: true });

let count = 0;
// One for each protocol.
failingModelSuite(["openai-compatible", "anthropic", "google", "llama"], (trial) =>
  tab().evaluate(
    ({ trial, name }) => inside.tryFailingModel(inside.luminoracore.indexedDbStorage({ name }), trial),
    { trial, name: `failing-model-${count++}` },
  ),
);
