import type { ModelErrorCode } from "../errors.ts";

/** The code for a status that is not 2xx; `text` is the body. */
export function statusCode(status: number, text: string): ModelErrorCode {
  if (status === 413) return "model_too_large";
  if (status === 402) return "model_quota";
  if (status >= 500 && status < 600) return "model_unavailable";
  if (status < 400 || status > 599) return "model_bad_response";
  const usual = usualCodes.get(status) ?? "model_bad_request";
  const said = codeSaid(text);
  return said && mayAlsoSay.get(usual)?.includes(said) ? said : usual;
}

const usualCodes = new Map<number, ModelErrorCode>([
  [401, "model_auth"],
  [403, "model_auth"],
  [404, "model_not_found"],
  [429, "model_rate_limited"],
]);

/** Where a status means several things, those that the body may tell apart. */
const mayAlsoSay = new Map<ModelErrorCode, readonly ModelErrorCode[]>([
  ["model_bad_request", ["model_too_large", "model_refused", "model_auth", "model_quota", "model_not_found"]],
  ["model_auth", ["model_refused", "model_quota"]],
  ["model_rate_limited", ["model_quota"]],
]);

/** The code for what a server says of an error, without regard to a status; `undefined` for what is not known. */
export function codeSaid(text: string): ModelErrorCode | undefined {
  return sayings.find(([, saying]) => saying.test(text))?.[0];
}

/** Error codes and messages as providers and servers document or write them, in order of precedence. */
const sayings: readonly [ModelErrorCode, RegExp][] = [
  // Google calls every limit a quota; those of a minute pass soon.
  ["model_quota", /PerDay/],
  ["model_rate_limited", /PerMinute/],
  [
    "model_quota",
    /insufficient[_ ](quota|balance|funds|credits?)|billing_hard_limit|credit balance is too low|calls \/ month|quota.{0,20}(exceeded|exhausted)|(exceeded|exhausted).{0,20}quota/i,
  ],
  [
    "model_too_large",
    /context_length_exceeded|exceed_context_size|maximum context length|prompt is too long|exceeds?.{0,30} context|token count.{0,30}exceeds|too many tokens|reduce the length|context.{0,5}overflow/i,
  ],
  [
    "model_refused",
    /content_?(filter|policy)|content (management|filtering) policy|content exists risk|moderation|flagged/i,
  ],
  ["model_auth", /api_key_invalid|(incorrect|invalid) api key|api key not valid/i],
  ["model_not_found", /invalid_model|model_not_found|model not exist/i],
  ["model_rate_limited", /rate_?limit|too_many_requests|resource_exhausted/i],
  ["model_bad_request", /invalid_?(request|argument)|bad_?request/i],
];
