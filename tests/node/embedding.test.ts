import { tryEmbedding } from "../shared/embedding.ts";
import { embeddingSuite } from "../shared/suites/embedding.ts";

embeddingSuite(tryEmbedding);
