import { askAll, askModel, countPieces } from "../shared/asking.ts";
import { wireSuite } from "../shared/suites/wire.ts";

wireSuite({ askModel, askAll, countPieces, oneByOne: true, pause: 0 });
