import { describe, expect, it } from "vitest";
import { statusCode } from "../../js/models/status-code.ts";

// What providers document, or write: their status, their words, what the caller is told.
const table: [status: number, said: string, code: string][] = [
  [
    400,
    '{"error":{"code":"context_length_exceeded","message":"maximum context length is 8192"}}',
    "model_too_large",
  ],
  [400, "Your input exceeds the context window of this model.", "model_too_large"],
  [400, "prompt is too long: 200258 tokens > 200000 maximum", "model_too_large"],
  [400, "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", "model_too_large"],
  [400, "The input token count (1189880) exceeds the maximum number of tokens", "model_too_large"],
  [400, '{"type":"exceed_context_size_error"}', "model_too_large"],
  [400, "Please reduce the length of the messages or completion.", "model_too_large"],
  [
    422,
    "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
    "model_too_large",
  ],
  [400, "too many tokens: size limit exceeded by 11326 tokens", "model_too_large"],
  [413, "Request too large for model: tokens per minute", "model_too_large"],
  [400, "Unknown parameter: context_length", "model_bad_request"],
  [400, '{"error":{"code":"content_filter"}}', "model_refused"],
  [400, "Content Exists Risk", "model_refused"],
  [400, "Output blocked by content filtering policy", "model_refused"],
  [
    403,
    '{"error":{"message":"Your input was flagged","metadata":{"reasons":["violence"]}}}',
    "model_refused",
  ],
  [403, "This key may not use the model.", "model_auth"],
  [400, '{"error":{"details":[{"reason":"API_KEY_INVALID"}]}}', "model_auth"],
  [400, "Incorrect API key provided", "model_auth"],
  [400, "Your credit balance is too low to access the API.", "model_quota"],
  [400, '{"message":"Invalid model: huge","type":"invalid_model"}', "model_not_found"],
  [400, "Model Not Exist", "model_not_found"],
  [400, "rate_limit", "model_bad_request"],
  [401, "insufficient_quota", "model_quota"],
  [404, "context_length_exceeded", "model_not_found"],
  [429, "slow down", "model_rate_limited"],
  [429, '{"error":{"code":"insufficient_quota"}}', "model_quota"],
  [429, '"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"', "model_quota"],
  [
    429,
    'You exceeded your current quota. "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"',
    "model_rate_limited",
  ],
  [429, "You are using a Trial key, which is limited to 1000 API calls / month.", "model_quota"],
  [429, "You are using a Trial key, which is limited to 10 API calls / minute.", "model_rate_limited"],
  [402, "Insufficient Balance", "model_quota"],
  [500, "insufficient_quota", "model_unavailable"],
  [503, "The model is overloaded.", "model_unavailable"],
  [529, "overloaded_error", "model_unavailable"],
  [301, "", "model_bad_response"],
  [0, "", "model_bad_response"],
  [600, "", "model_bad_response"],
];

describe("the code of an answer", () => {
  for (const [status, said, code] of table) {
    it(`${status} ${said.slice(0, 60)}: ${code}`, () => expect(statusCode(status, said)).toBe(code));
  }
});
