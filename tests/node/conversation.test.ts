import { converse } from "../shared/conversation.ts";
import { conversationSuite } from "../shared/suites/conversation.ts";

conversationSuite(converse);
