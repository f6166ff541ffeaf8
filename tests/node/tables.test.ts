import { memoryStorage } from "luminoracore";
import { tableSuite } from "../shared/suites/tables.ts";
import { comeApart, goOn } from "../shared/tables.ts";

tableSuite({ goOn: (text) => goOn(memoryStorage(), text), comeApart });
