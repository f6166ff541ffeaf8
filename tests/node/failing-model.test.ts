import { memoryStorage } from "luminoracore";
import { tryFailingModel } from "../shared/failing-model.ts";
import { documented } from "../shared/providers.ts";
import { failingModelSuite } from "../shared/suites/failing-model.ts";

failingModelSuite(
  documented.map(({ kind }) => kind),
  (trial) => tryFailingModel(memoryStorage(), trial),
);
