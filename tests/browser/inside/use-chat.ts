// A page that talks to a personality with `useChat` of the AI SDK, and no server.
import { type UIMessage, useChat } from "@ai-sdk/react";
import { indexedDbStorage, Luminora, LuminoraError, type Model, type Session } from "luminoracore";
import { chatMessages, LuminoraChatTransport, type LuminoraMetadata } from "luminoracore/ai-sdk";
import { createElement as element, useState } from "react";
import { createRoot } from "react-dom/client";

type Message = UIMessage<{ luminora: LuminoraMetadata }>;

/** Does what the person says: it fails, it never ends, or it answers. */
const model: Model = {
  kind: "test",
  id: "test",
  async *call({ messages }) {
    const text = messages.at(-1)?.content ?? "";
    yield { type: "reasoning-delta", text: "Hm." };
    yield { type: "text-delta", text: "You said " };
    if (text === "fail") throw new LuminoraError("model_unavailable", "The model is away.");
    if (text === "wait") await new Promise(() => {});
    yield { type: "text-delta", text: `${text}.` };
    yield { type: "finish", reason: "stop" };
  },
};

let session: Session;

/** Shows the chat, with all that was said before. */
export async function open(): Promise<void> {
  const luminora = await Luminora.open({ storage: indexedDbStorage({ name: "use-chat" }), model });
  const [present] = await luminora.sessions({ user: "diego" });
  const choice = present ? { session: present.id } : { template: "alicia" };
  session = await luminora.createSession({ ...choice, user: "diego" });
  const root = document.body.appendChild(document.createElement("main"));
  createRoot(root).render(element(Chat));
}

/** What the log holds. */
export function log() {
  const { affinity, mood } = session.state;
  const history = session.history().map(({ role, text }) => `${role}: ${text}`);
  return { history, messages: affinity.total_messages, mood: mood.current };
}

function Chat() {
  const [transport] = useState(() => new LuminoraChatTransport(session));
  const [text, setText] = useState("");
  const chat = useChat<Message>({ transport, messages: chatMessages(session.history()) as Message[] });
  const button = (name: string, onClick: () => unknown) =>
    element("button", { type: "button", onClick }, name);
  return element(
    "section",
    {},
    element(
      "ol",
      {},
      chat.messages.map(({ id, role, parts, metadata }) =>
        element("li", { key: id, "data-mood": metadata?.luminora.state.mood.current }, [
          `${role}: `,
          ...parts.flatMap((part) => (part.type === "text" ? part.text : [])),
        ]),
      ),
    ),
    element("output", {}, `${chat.status} ${chat.error?.message ?? ""}`.trim()),
    element("input", { value: text, onChange: (event) => setText(event.currentTarget.value) }),
    button("send", () => {
      void chat.sendMessage({ text });
      setText("");
    }),
    button("stop", () => chat.stop()),
    button("again", () => chat.regenerate()),
  );
}
