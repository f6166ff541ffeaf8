import { memoryStorage } from "luminoracore";
import {
  extractWithModel,
  learnCorrectForget,
  leaveOut,
  repairWithModel,
  switchOff,
} from "../shared/memory.ts";
import { memorySuite } from "../shared/suites/memory.ts";

memorySuite({
  learnCorrectForget: () => learnCorrectForget(memoryStorage()),
  extractWithModel: () => extractWithModel(memoryStorage()),
  repairWithModel: () => repairWithModel(memoryStorage()),
  leaveOut: () => leaveOut(memoryStorage),
  switchOff: () => switchOff(memoryStorage),
});
