import { init, observe, validate } from "luminoracore";
import { beforeAll } from "vitest";
import { compileOrRefuse } from "../shared/pure.ts";
import { pureSuite } from "../shared/suites/pure.ts";

beforeAll(() => init());

pureSuite({ validate, compileOrRefuse, observe });
