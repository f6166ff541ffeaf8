import { memoryStorage } from "luminoracore";
import { extractWithModel, learnCorrectForget, switchOff } from "../shared/memory.ts";
import { memorySuite } from "../shared/suites/memory.ts";

memorySuite({
  learnCorrectForget: () => learnCorrectForget(memoryStorage()),
  extractWithModel: () => extractWithModel(memoryStorage()),
  switchOff: () => switchOff(memoryStorage),
});
