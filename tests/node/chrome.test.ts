import { memoryStorage } from "luminoracore";
import { callBrowser, talkToBrowser } from "../shared/chrome.ts";
import { chromeSuite } from "../shared/suites/chrome.ts";

chromeSuite({ callBrowser, talkToBrowser: () => talkToBrowser(memoryStorage()) });
