import { recordAndReplay } from "../shared/replay.ts";
import { replaySuite } from "../shared/suites/replay.ts";

replaySuite(recordAndReplay);
