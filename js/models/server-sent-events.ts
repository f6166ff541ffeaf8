import { createParser } from "eventsource-parser";
import { LuminoraError } from "../errors.ts";
import { parseObject, utf8 } from "./answer.ts";
import type { HttpAnswer } from "./http.ts";

/** The most characters that one event may have. */
const eventLimit = 1 << 20;
const fields = ["data", "event", "id", "retry"];

/**
 * The data of each event in the answer, up to the one that `isEnd` says and with it. Any chunk borders, line ends,
 * comments. Without `isEnd` the end of the body is that of the stream.
 *
 * @throws LuminoraError `model_bad_response` when it is no event stream, `model_incomplete` when it ends, or the
 *   connection breaks, before the end marker
 */
export async function* serverSentEvents(
  answer: HttpAnswer,
  isEnd?: (data: string) => boolean,
): AsyncGenerator<string> {
  const notEvents = () => answer.error("model_bad_response", "The answer is no event stream.");
  const incomplete = (cause?: unknown) =>
    answer.error("model_incomplete", "The model's answer broke off.", { hint: "Send again.", cause });

  const found: (string | Error)[] = [];
  const parser = createParser({
    maxBufferSize: eventLimit,
    onEvent: ({ data }) => found.push(data),
    // The parser's own error quotes a part of the line, which could be a part of a secret.
    onError({ type, line = "" }) {
      if (type === "invalid-retry") return;
      // Of a line that was cut there may be no more than the beginning of its name.
      const isCut = isOver && fields.some((name) => name.startsWith(line));
      found.push(isCut ? incomplete() : notEvents());
    },
  });
  const decode = utf8((cause) => answer.error("model_bad_response", "The answer is not UTF-8.", { cause }));
  const body = answer.chunks();
  let hasEvents = false;
  let isOver = false;
  try {
    while (!isOver) {
      const chunk = await body.next().catch((cause: unknown) => {
        throw LuminoraError.isInstance(cause) ? cause : incomplete(cause);
      });
      isOver = chunk.done === true;
      // After the last chunk, line ends that a server may have left out behind the last event.
      parser.feed(chunk.done ? "\n\n" : decode(chunk.value));
      for (const event of found.splice(0)) {
        if (typeof event !== "string") throw isOver && hasEvents ? incomplete() : event;
        const ends = isEnd?.(event);
        // What was cut in the middle is no event.
        if (isOver && !(isEnd ? ends : parseObject(event))) throw incomplete();
        if (ends) answer.finish();
        yield event;
        if (ends) return;
        hasEvents = true;
      }
    }
    if (isEnd || !hasEvents) throw incomplete();
  } finally {
    await body.return(undefined);
  }
}
