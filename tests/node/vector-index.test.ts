import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../shared/cases.ts";
import { vectorIndexSuite } from "../shared/suites/vector-index.ts";
import { searchVectors } from "../shared/vector-index.ts";

vectorIndexSuite(() => searchVectors(readFileSync(join(root, "build/wasm/core.wasm"))));
