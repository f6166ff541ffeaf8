import { bringUp } from "../shared/knowledge.ts";
import { knowledgeSuite } from "../shared/suites/knowledge.ts";

knowledgeSuite(bringUp);
