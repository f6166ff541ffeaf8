import { LuminoraError } from "../errors.ts";
import { type JsonObject, parseObject, utf8 } from "./answer.ts";
import type { HttpAnswer } from "./http.ts";

/** The most characters that one line may have. */
const lineLimit = 1 << 20;

/**
 * The object in each line of the answer, up to the one that `isEnd` says and with it. Any chunk borders, line ends,
 * empty lines.
 *
 * @throws LuminoraError `model_bad_response` when a line is no object of JSON, `model_incomplete` when it ends, or the
 *   connection breaks, before the end marker
 */
export async function* jsonLines(
  answer: HttpAnswer,
  isEnd: (object: JsonObject) => boolean,
): AsyncGenerator<JsonObject> {
  const incomplete = (cause?: unknown) =>
    answer.error("model_incomplete", "The model's answer broke off.", { hint: "Send again.", cause });
  const notLines = (cause?: unknown) =>
    answer.error("model_bad_response", "The answer is no list of JSON objects, one a line.", { cause });

  const decode = utf8(notLines);
  const body = answer.chunks();
  let rest = "";
  try {
    for (;;) {
      const chunk = await body.next().catch((cause: unknown) => {
        throw LuminoraError.isInstance(cause) ? cause : incomplete(cause);
      });
      // The last line needs no end.
      const lines = (rest + (chunk.done ? "\n" : decode(chunk.value))).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.trim() === "") continue;
        const object = parseObject(line);
        if (!object) throw chunk.done ? incomplete() : notLines();
        const ends = isEnd(object);
        if (ends) answer.finish();
        yield object;
        if (ends) return;
      }
      if (chunk.done) throw incomplete();
      if (rest.length > lineLimit) throw notLines();
    }
  } finally {
    await body.return(undefined);
  }
}
