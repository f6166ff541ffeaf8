import { unzipSync } from "fflate";
import { Luminora, type SessionEvents, type Storage } from "luminoracore";
import { fakeClock } from "luminoracore/testing";
import { factories, type Kind } from "./asking.ts";
import { revealed } from "./failing-model.ts";
import { everything } from "./recording.ts";

/** A model with a key, of which one server answers and one repeats the key in an error. */
export interface SecretTalk {
  readonly kind: Kind;
  readonly workingURL: string;
  readonly failingURL: string;
  readonly key: string;
}

const user = "diego";
const events: (keyof SessionEvents)[] = [
  ...(["embedding", "text-delta", "level-change", "mood-change"] as const),
  ...(["memory-change", "archived", "absorb"] as const),
];

/**
 * Uses everything that a conversation with such a model touches, and then looks for the key in all that can be read.
 *
 * @returns the places where it was found
 */
export async function talkWithSecret(storage: Storage, talk: SecretTalk): Promise<string[]> {
  const places = new Map<string, string>();
  const printed = listenToConsole();
  const clock = fakeClock();
  const made = (baseURL: string, apiKey: string | (() => string)) =>
    factories[talk.kind]({
      ...{ baseURL, apiKey, model: "small", dangerouslyAllowBrowser: true, clock, sleep: clock.sleep },
      headers: {},
    });
  const model = made(talk.workingURL, talk.key);
  // As facts are looked for, a second call follows each reply.
  const luminora = await Luminora.open({ storage, model, memory: { extractor: "model" } });
  const session = await luminora.createSession({ template: "alicia", user });
  const told: unknown[] = [];
  for (const name of events) session.on(name, (event) => told.push(event));

  const sending = session.send("My name is Ana, and my dog Max died yesterday.");
  const reply = await sending;
  const learned = await sending.learned;
  const failing = made(talk.failingURL, () => talk.key);
  const failure = await session.send("And now?", { model: failing }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!failure) throw new Error("the server was meant to fail");

  places.set("the models", revealed(model) + revealed(failing) + String(model.call));
  places.set("the error", revealed(failure) + String(failure) + JSON.stringify(failure));
  places.set("the reply", JSON.stringify([reply, learned]) + revealed(learned.error));
  places.set("events", told.map((event) => revealed(event)).join("\n"));
  places.set("the session", JSON.stringify([session.state, session.history(), session.preview("Hm?")]));
  places.set("explanations", JSON.stringify([session.explain(reply.run), session.explain("affinity")]));
  places.set("memories", JSON.stringify([await luminora.memories({ user }), await session.recall("Max")]));
  places.set(
    "counts",
    JSON.stringify([await luminora.analytics({ user }), await luminora.sessions({ user })]),
  );
  places.set("the export", await session.exportSnapshot());
  places.set("the bundle", await textOfBundle(await luminora.exportBundle({ user })));
  places.set("the Markdown", await luminora.exportMarkdown({ user }));
  places.set("the records", JSON.stringify(await everything(storage)));
  await luminora.close();
  places.set("the console", printed());
  places.set("the page", whatAPageKeeps());
  const forms = [talk.key, encodeURIComponent(talk.key), btoa(talk.key).replace(/=+$/, "")];
  return [...places].flatMap(([place, text]) => (forms.some((form) => text.includes(form)) ? [place] : []));
}

/** What is in a bundle, and its bytes as they are. */
async function textOfBundle(bundle: Blob): Promise<string> {
  const bytes = new Uint8Array(await bundle.arrayBuffer());
  const members = Object.entries(unzipSync(bytes));
  if (!members.some(([name]) => name === "records/turn.jsonl")) throw new Error("nothing was exported");
  return [...members.flat(), bytes]
    .map((part) => (typeof part === "string" ? part : new TextDecoder("latin1").decode(part)))
    .join("\n");
}

/** Everything in all databases of this origin, as text. */
export async function databaseText(): Promise<string> {
  const texts: string[] = [];
  for (const { name = "" } of await indexedDB.databases()) {
    const database = await settled(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const values = await settled(database.transaction(store).objectStore(store).getAll());
      const asText = (_: string, value: unknown) =>
        ArrayBuffer.isView(value) || value instanceof ArrayBuffer
          ? new TextDecoder("latin1").decode(value)
          : value;
      texts.push(`${name}/${store}`, JSON.stringify(values, asText));
    }
    database.close();
  }
  return texts.join("\n");
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Hears what is printed, until it is asked for it. */
function listenToConsole(): () => string {
  const names = ["debug", "log", "info", "warn", "error", "trace", "table", "dir"] as const;
  const heard: string[] = [];
  const originals = names.map((name) => console[name]);
  for (const name of names) {
    console[name] = (...values: unknown[]) => void heard.push(...values.map((value) => revealed(value)));
  }
  return () => {
    names.forEach((name, index) => {
      console[name] = originals[index] as typeof console.log;
    });
    return heard.join("\n");
  };
}

/** What a page keeps beside its databases, its own address included. */
function whatAPageKeeps(): string {
  if (typeof document === "undefined") return "";
  const entries = performance.getEntriesByType("resource").map(({ name }) => name);
  const stores = [localStorage, sessionStorage].map((store) => JSON.stringify({ ...store }));
  return [document.cookie, location.href, document.documentElement.outerHTML, ...stores, ...entries].join(
    "\n",
  );
}
