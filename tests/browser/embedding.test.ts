import { expect, it } from "vitest";
import type { Trial } from "../shared/embedding.ts";
import { modelServer, status } from "../shared/model-server.ts";
import { embeddingSuite } from "../shared/suites/embedding.ts";
import { tabForAll } from "./inside.ts";

const tab = tabForAll({ expectErrors: true });

const attempt = (trial: Trial) => tab().evaluate((trial) => inside.tryEmbedding(trial), trial);

embeddingSuite(attempt);

it("a header that the server lets no page send never leaves the browser: model_network", async () => {
  // It takes `authorization`, and not the header of this provider.
  await using server = await modelServer(status(500));
  const trial = { provider: "google", baseURL: server.baseURL, key: "sk-secret", texts: ["tea"] } as const;
  expect(await attempt(trial)).toMatchObject({ code: "model_network", leaked: false });
  expect(server.received).toHaveLength(0);
});
