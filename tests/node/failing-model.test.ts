import { memoryStorage } from "luminoracore";
import { tryFailingModel } from "../shared/failing-model.ts";
import { failingModelSuite } from "../shared/suites/failing-model.ts";

failingModelSuite((trial) => tryFailingModel(memoryStorage(), trial));
