import { type ErrorCode, LuminoraError } from "luminoracore";
import { create } from "./dom.ts";

const titles: Partial<Record<ErrorCode, string>> = {
  model_network: "The model could not be reached",
  model_auth: "The endpoint did not accept the key",
  model_not_found: "There is no such model at this address",
  model_rate_limited: "The endpoint asks to wait a moment",
  model_quota: "The account at the endpoint has run dry",
  model_unavailable: "The model is having trouble",
  model_incomplete: "The answer broke off",
  model_bad_response: "That was not a model's answer",
  model_refused: "The model refused to answer",
  model_too_large: "That was too much for the model",
  model_bad_request: "The endpoint did not accept the request",
  storage: "The browser could not keep this",
  hash_mismatch: "This file was changed after it was exported",
  unsupported_format: "This file cannot be read",
  too_large: "This is too large",
  bad_crc: "This file is damaged",
  invalid_bundle: "This file was changed or damaged",
  secret_in_bundle: "This file holds a secret",
  schema_newer: "This file is from a newer version",
  template_conflict: "There is another one of that name",
  wasm_not_served: "The page is incomplete",
  wasm_failed: "The core has stopped",
};

/** Shows an error where it happened, with what can be done about it. */
export function showFailure(
  place: HTMLElement,
  error: unknown,
  actions: readonly Node[] = [],
  note = "",
): void {
  const known = LuminoraError.isInstance(error) ? error : undefined;
  place.replaceChildren(
    create(
      "p",
      { class: "failure-title" },
      create("strong", { text: (known && titles[known.code]) ?? "That did not work" }),
      ...(known ? [create("code", { text: known.code })] : []),
    ),
    create("p", { class: "failure-message", text: error instanceof Error ? error.message : String(error) }),
    ...(known?.hint ? [create("p", { text: known.hint })] : []),
    ...(note ? [create("p", { class: "muted", text: note })] : []),
    ...(actions.length > 0 ? [create("div", { class: "row" }, ...actions)] : []),
  );
  place.hidden = false;
}

/** Takes an error away. */
export function hideFailure(place: HTMLElement): void {
  place.replaceChildren();
  place.hidden = true;
}
