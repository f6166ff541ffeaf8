import type { Kind, Question } from "./asking.ts";

/** A provider as its documentation shows it: how it is asked, and what it answers. */
export interface Documented {
  readonly kind: Kind;
  /** All headers that it lets pages of another origin send. */
  readonly allowed: string;
  /** Where a question arrives, behind the base URL. */
  readonly path: string;
  /** The headers that only it wants, with this key. */
  headers(key: string): Record<string, string>;
  /** The body for `everyOption`. */
  readonly body: object;
  readonly contentType: string;
  /** What it writes for an answer in these pieces: an event or a line each, the last of which ends the stream. */
  stream(texts: readonly string[]): string[];
  /** The parts of that stream which are no text, in their order, but for the last, which is `stop`. */
  readonly thoughts: readonly string[];
  /** The same answer, in one piece. */
  whole(text: string): object;
  /** What it writes for an answer that asks for the tool `look`, at the sky. */
  toolStream(): string[];
  /** How it names that call; absent: not at all. */
  readonly toolCall?: string;
  /** How it writes an error in a body. */
  error(message: string): object;
  /** The body of the 400 that says that the prompt is too long for the model. */
  readonly tooLong: object;
}

/** What every provider is asked in the tests of its request. */
export const everyOption = {
  system: "You are Luna.",
  messages: [
    { role: "assistant", content: "Good evening." },
    { role: "user", content: "Thanks." },
    { role: "system", content: "It rains." },
    { role: "user", content: "Hi" },
  ],
  temperature: 0.64,
  maxOutputTokens: 50,
  stop: ["END"],
  tools: [
    {
      name: "look",
      description: "Looks at something.",
      parameters: { type: "object", properties: { at: { type: "string" } } },
    },
  ],
  responseSchema: { type: "object", properties: { mood: { type: "string", maxLength: 9 } } },
} satisfies Question["call"];

const [tool] = everyOption.tools;
const functionTools = [{ type: "function", function: tool }];
const schema = everyOption.responseSchema;
const schemaFormat = { type: "json_schema", json_schema: { name: "reply", schema } };
const started = { role: "user", content: "[start]" };
const evening = { role: "assistant", content: "Good evening." };
const rest = { role: "user", content: "Thanks.\n\nIt rains.\n\nHi" };
/** The messages where the system role stands in front alone, and turns alternate. */
const alternating = [{ role: "system", content: "You are Luna." }, started, evening, rest];
const asTheyAre = [{ role: "system", content: "You are Luna." }, ...everyOption.messages];
const schemaTold = `Answer with JSON alone, which matches this JSON Schema:\n${JSON.stringify(schema)}`;

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const data = (value: unknown) => `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;

function chunk(delta: object, rest: object = {}, finish: string | null = null): string {
  return data({ id: "c-1", choices: [{ index: 0, delta, finish_reason: finish }], ...rest });
}

const openaiUsage = { usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 } };
const openaiWhole = (message: object) => ({
  ...{ id: "c-1", object: "chat.completion", created: 1767225600, model: "small" },
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
  ...openaiUsage,
});
const toolPiece = (fields: object, args: string) => ({
  tool_calls: [
    { index: 0, ...fields, function: { ...("id" in fields && { name: "look" }), arguments: args } },
  ],
});
const openaiTools = () => [
  chunk({ role: "assistant", content: null, ...toolPiece({ id: "t-1", type: "function" }, "") }),
  chunk(toolPiece({}, '{"at":')),
  chunk(toolPiece({}, '"the sky"}')),
  chunk({}, openaiUsage, "tool_calls"),
  data("[DONE]"),
];
const openaiError = (message: string) => ({
  error: { message, type: "invalid_request_error", param: null, code: null },
});

const openai: Documented = {
  kind: "openai",
  allowed: "authorization, content-type",
  path: "/chat/completions",
  headers: bearer,
  body: {
    model: "small",
    messages: asTheyAre,
    temperature: 0.64,
    max_completion_tokens: 50,
    stop: ["END"],
    tools: functionTools,
    response_format: schemaFormat,
    stream: true,
    stream_options: { include_usage: true },
  },
  contentType: "text/event-stream; charset=utf-8",
  stream: (texts) => [
    chunk({ role: "assistant", content: "", refusal: null }, { usage: null }),
    ...texts.map((content) => chunk({ content }, { usage: null })),
    chunk({}, { usage: null }, "stop"),
    data({ id: "c-1", choices: [], ...openaiUsage }),
    data("[DONE]"),
  ],
  thoughts: [],
  whole: (content) => openaiWhole({ content, refusal: null }),
  toolStream: openaiTools,
  toolCall: "t-1",
  error: openaiError,
  tooLong: {
    error: {
      message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000.",
      type: "invalid_request_error",
      param: "messages",
      code: "context_length_exceeded",
    },
  },
};

const compatible: Documented = {
  ...openai,
  kind: "openai-compatible",
  body: {
    model: "small",
    messages: asTheyAre,
    temperature: 0.64,
    max_tokens: 50,
    stop: ["END"],
    tools: functionTools,
    response_format: schemaFormat,
    stream: true,
    stream_options: { include_usage: true },
  },
  // As llama.cpp and OpenRouter do: comments while there is nothing to say, the counts with the reason.
  stream: (texts) => [
    ": PROCESSING\n\n",
    ...texts.map((content) => chunk({ content })),
    ": PROCESSING\n\n",
    chunk({}, openaiUsage, "stop"),
    data("[DONE]"),
  ],
  error: (message) => ({ error: { code: 400, message, type: "invalid_request_error" } }),
  tooLong: {
    error: {
      code: 400,
      message: "the request exceeds the available context size, try increasing it",
      type: "exceed_context_size_error",
      n_prompt_tokens: 9000,
      n_ctx: 8192,
    },
  },
};

const deepseek: Documented = {
  ...openai,
  kind: "deepseek",
  body: {
    model: "small",
    messages: [{ role: "system", content: `You are Luna.\n\n${schemaTold}` }, ...everyOption.messages],
    temperature: 0.64,
    max_tokens: 50,
    stop: ["END"],
    tools: functionTools,
    response_format: { type: "json_object" },
    stream: true,
    stream_options: { include_usage: true },
  },
  stream: (texts) => [
    ": keep-alive\n\n",
    chunk({ role: "assistant", content: null, reasoning_content: "Hm, " }),
    chunk({ content: null, reasoning_content: "hi." }),
    ...texts.map((content) => chunk({ content, reasoning_content: null })),
    chunk({ content: "" }, openaiUsage, "stop"),
    data("[DONE]"),
  ],
  thoughts: ["Hm, ", "hi."],
  whole: (content) => openaiWhole({ content, reasoning_content: "Hm, hi." }),
  error: (message) => ({
    error: { message, type: "invalid_request_error", param: null, code: "invalid_request_error" },
  }),
  tooLong: openai.tooLong,
};

const mistral: Documented = {
  ...openai,
  kind: "mistral",
  body: {
    model: "small",
    messages: alternating,
    temperature: 0.64,
    max_tokens: 50,
    stop: ["END"],
    tools: functionTools,
    response_format: schemaFormat,
    stream: true,
  },
  stream: (texts) => [
    chunk({ role: "assistant", content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }] }] }),
    ...texts.map((text, index) => chunk({ content: index === 0 ? [{ type: "text", text }] : text })),
    chunk({ content: "" }, openaiUsage, "stop"),
    data("[DONE]"),
  ],
  thoughts: ["Hm."],
  whole: (text) =>
    openaiWhole({
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "Hm." }] },
        { type: "text", text },
      ],
      tool_calls: null,
    }),
  error: (message) => ({
    object: "error",
    message,
    type: "invalid_request_error",
    param: null,
    code: "1000",
  }),
  tooLong: {
    object: "error",
    message:
      "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
    type: "invalid_request_prompt",
    code: "3051",
  },
};

const event = (type: string, fields: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const messageStart = event("message_start", {
  message: {
    ...{ id: "msg_1", type: "message", role: "assistant", content: [], model: "small", stop_reason: null },
    usage: { input_tokens: 9, cache_creation_input_tokens: 0, cache_read_input_tokens: 3, output_tokens: 1 },
  },
});
const block = (index: number, content_block: object, ...deltas: object[]) => [
  event("content_block_start", { index, content_block }),
  ...deltas.map((delta) => event("content_block_delta", { index, delta })),
  event("content_block_stop", { index }),
];
const messageEnd = (stop_reason: string) => [
  event("message_delta", { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 5 } }),
  event("message_stop"),
];

const anthropic: Documented = {
  kind: "anthropic",
  allowed: "x-api-key, anthropic-version, anthropic-dangerous-direct-browser-access, content-type",
  path: "/v1/messages",
  headers: (key) => ({ "x-api-key": key, "anthropic-version": "2023-06-01" }),
  body: {
    model: "small",
    max_tokens: 50,
    system: "You are Luna.",
    messages: [started, evening, rest],
    temperature: 0.64,
    stop_sequences: ["END"],
    tools: [{ name: tool?.name, description: tool?.description, input_schema: tool?.parameters }],
    output_config: {
      format: {
        type: "json_schema",
        schema: { type: "object", properties: { mood: { type: "string" } }, additionalProperties: false },
      },
    },
    stream: true,
  },
  contentType: "text/event-stream; charset=utf-8",
  stream: (texts) => [
    messageStart,
    ...block(
      0,
      { type: "thinking", thinking: "", signature: "" },
      { type: "thinking_delta", thinking: "Hm." },
    ),
    event("ping"),
    ...block(1, { type: "text", text: "" }, ...texts.map((text) => ({ type: "text_delta", text }))),
    ...messageEnd("end_turn"),
  ],
  thoughts: ["Hm."],
  whole: (text) => ({
    ...{ id: "msg_1", type: "message", role: "assistant", model: "small", stop_reason: "end_turn" },
    content: [
      { type: "thinking", thinking: "Hm.", signature: "EqQB" },
      { type: "text", text },
    ],
    usage: { input_tokens: 9, cache_read_input_tokens: 3, output_tokens: 5 },
  }),
  toolStream: () => [
    messageStart,
    ...block(
      0,
      { type: "tool_use", id: "t-1", name: "look", input: {} },
      { type: "input_json_delta", partial_json: "" },
      { type: "input_json_delta", partial_json: '{"at":' },
      { type: "input_json_delta", partial_json: '"the sky"}' },
    ),
    ...messageEnd("tool_use"),
  ],
  toolCall: "t-1",
  error: (message) => ({ type: "error", error: { type: "invalid_request_error", message } }),
  tooLong: {
    type: "error",
    error: { type: "invalid_request_error", message: "prompt is too long: 200258 tokens > 200000 maximum" },
  },
};

const googleUsage = (thoughts?: number) => ({
  usageMetadata: {
    ...{ promptTokenCount: 12, candidatesTokenCount: 3, totalTokenCount: 17 },
    ...(thoughts && { thoughtsTokenCount: thoughts }),
  },
});
const candidate = (parts: object[], finishReason?: string) => ({
  candidates: [{ content: { parts, role: "model" }, ...(finishReason && { finishReason }), index: 0 }],
  ...googleUsage(2),
});

const google: Documented = {
  kind: "google",
  allowed: "x-goog-api-key, content-type",
  path: "/models/small:streamGenerateContent?alt=sse",
  headers: (key) => ({ "x-goog-api-key": key }),
  body: {
    systemInstruction: { parts: [{ text: "You are Luna." }] },
    contents: [
      { role: "user", parts: [{ text: "[start]" }] },
      { role: "model", parts: [{ text: "Good evening." }] },
      { role: "user", parts: [{ text: "Thanks.\n\nIt rains.\n\nHi" }] },
    ],
    tools: [
      {
        functionDeclarations: [
          { name: tool?.name, description: tool?.description, parametersJsonSchema: tool?.parameters },
        ],
      },
    ],
    generationConfig: {
      temperature: 0.64,
      maxOutputTokens: 50,
      stopSequences: ["END"],
      responseMimeType: "application/json",
      responseJsonSchema: schema,
    },
  },
  contentType: "text/event-stream",
  stream: (texts) => [
    data(candidate([{ text: "Hm.", thought: true }])),
    ...texts.map((text) => data(candidate([{ text }]))),
    data(candidate([{ text: "", thoughtSignature: "EqQB" }], "STOP")),
  ],
  thoughts: ["Hm."],
  whole: (text) => candidate([{ text: "Hm.", thought: true }, { text }], "STOP"),
  toolStream: () => [
    data(candidate([{ functionCall: { name: "look", args: { at: "the sky" } }, thoughtSignature: "EqQB" }])),
    data(candidate([{ text: "" }], "STOP")),
  ],
  error: (message) => ({ error: { code: 400, message, status: "INVALID_ARGUMENT" } }),
  tooLong: {
    error: {
      code: 400,
      message: "The input token count (1189880) exceeds the maximum number of tokens allowed (1048576).",
      status: "INVALID_ARGUMENT",
    },
  },
};

const cohereEvent = (type: string, fields: object = {}) => event(type, fields);
const cohereContent = (index: number, content: object, ...deltas: object[]) => [
  cohereEvent("content-start", { index, delta: { message: { content } } }),
  ...deltas.map((content) => cohereEvent("content-delta", { index, delta: { message: { content } } })),
  cohereEvent("content-end", { index }),
];
const cohereUsage = {
  usage: {
    billed_units: { input_tokens: 2, output_tokens: 5 },
    tokens: { input_tokens: 12, output_tokens: 5 },
  },
};
const cohereStart = cohereEvent("message-start", {
  id: "m-1",
  delta: { message: { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] } },
});
const cohereTool = (type: string, tool_calls?: object) =>
  cohereEvent(type, { index: 0, ...(tool_calls && { delta: { message: { tool_calls } } }) });

const cohere: Documented = {
  kind: "cohere",
  allowed: "authorization, content-type",
  path: "/v2/chat",
  headers: bearer,
  body: {
    model: "small",
    messages: alternating,
    temperature: 0.64,
    max_tokens: 50,
    stop_sequences: ["END"],
    tools: functionTools,
    response_format: { type: "json_object", json_schema: schema },
    stream: true,
  },
  contentType: "text/event-stream",
  stream: (texts) => [
    cohereStart,
    ...cohereContent(0, { type: "thinking", thinking: "" }, { thinking: "Hm." }),
    ...cohereContent(1, { type: "text", text: "" }, ...texts.map((text) => ({ text }))),
    cohereEvent("message-end", { delta: { finish_reason: "COMPLETE", ...cohereUsage } }),
  ],
  thoughts: ["Hm."],
  whole: (text) => ({
    ...{ id: "m-1", finish_reason: "COMPLETE", ...cohereUsage },
    message: {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "Hm." },
        { type: "text", text },
      ],
    },
  }),
  toolStream: () => [
    cohereStart,
    cohereEvent("tool-plan-delta", { delta: { message: { tool_plan: "I look." } } }),
    cohereTool("tool-call-start", { id: "t-1", type: "function", function: { name: "look", arguments: "" } }),
    cohereTool("tool-call-delta", { function: { arguments: '{"at":' } }),
    cohereTool("tool-call-delta", { function: { arguments: '"the sky"}' } }),
    cohereTool("tool-call-end"),
    cohereEvent("message-end", { delta: { finish_reason: "TOOL_CALL", ...cohereUsage } }),
  ],
  toolCall: "t-1",
  error: (message) => ({ id: "e-1", message }),
  tooLong: { message: "too many tokens: size limit exceeded by 11326 tokens. Try using shorter inputs." },
};

const line = (message: object, rest: object = { done: false }) =>
  `${JSON.stringify({ model: "small", message: { role: "assistant", ...message }, ...rest })}\n`;
const ollamaEnd = { done_reason: "stop", done: true, prompt_eval_count: 12, eval_count: 5 };

const llama: Documented = {
  kind: "llama",
  allowed: "authorization, content-type",
  path: "/api/chat",
  headers: bearer,
  body: {
    model: "small",
    messages: asTheyAre,
    tools: functionTools,
    format: schema,
    stream: true,
    options: { temperature: 0.64, num_predict: 50, stop: ["END"] },
  },
  contentType: "application/x-ndjson",
  stream: (texts) => [
    line({ content: "", thinking: "Hm." }),
    ...texts.map((content) => line({ content })),
    line({ content: "" }, ollamaEnd),
  ],
  thoughts: ["Hm."],
  whole: (content) => ({
    model: "small",
    message: { role: "assistant", content, thinking: "Hm." },
    ...ollamaEnd,
  }),
  toolStream: () => [
    line({ content: "", tool_calls: [{ function: { name: "look", arguments: { at: "the sky" } } }] }),
    line({ content: "" }, ollamaEnd),
  ],
  error: (error) => ({ error }),
  tooLong: { error: "the input length exceeds the context length" },
};

/** All of them. */
export const documented: readonly Documented[] = [
  openai,
  compatible,
  deepseek,
  mistral,
  anthropic,
  google,
  cohere,
  llama,
];

/** One of them. */
export function provider(kind: Kind): Documented {
  const found = documented.find((one) => one.kind === kind);
  if (!found) throw new Error(`nothing is documented of ${kind}`);
  return found;
}
