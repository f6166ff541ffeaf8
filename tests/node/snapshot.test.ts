import { memoryStorage } from "luminoracore";
import { travel } from "../shared/snapshot.ts";
import { snapshotSuite } from "../shared/suites/snapshot.ts";

snapshotSuite(() => travel(memoryStorage()));
