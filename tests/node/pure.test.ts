import { init, observe, validate } from "luminoracore";
import { beforeAll } from "vitest";
import { blendOrRefuse, compileOrRefuse, convertOrRefuse } from "../shared/pure.ts";
import { pureSuite } from "../shared/suites/pure.ts";

beforeAll(() => init());

pureSuite({ validate, compileOrRefuse, convertOrRefuse, observe, blendOrRefuse });
