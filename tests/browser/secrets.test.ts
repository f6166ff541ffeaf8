import { beforeAll } from "vitest";
import { secretSuite } from "../shared/suites/secrets.ts";
import { tabForAll } from "./inside.ts";

// What Chromium says of a status must not hold the key either.
const tab = tabForAll({ expectErrors: true });
const printed: string[] = [];

beforeAll(() => {
  tab().on("console", (message) => printed.push(message.text(), message.location().url));
});

let count = 0;
secretSuite(async (talk) => {
  const [places, stored] = await tab().evaluate(
    async ([talk, name]) => {
      const places = await inside.secrets.talkWithSecret(
        inside.luminoracore.indexedDbStorage({ name }),
        talk,
      );
      return [places, await inside.secrets.databaseText()] as const;
    },
    [talk, `talk-${count++}`] as const,
  );
  if (!stored.includes("Hello, Ana.")) throw new Error("the databases were not read");
  const found = { databases: stored, "Chromium's console": printed.join("\n") };
  return [
    ...places,
    ...Object.keys(found).filter((place) => found[place as keyof typeof found].includes("0123456789")),
  ];
});
