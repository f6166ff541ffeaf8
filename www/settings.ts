import { type AnyModel, openaiCompatible, scriptedModel } from "luminoracore";
import { byId } from "./dom.ts";
import { hideFailure, showFailure } from "./failure.ts";

const storageKey = "luminora.endpoint";

interface Endpoint {
  readonly baseURL: string;
  readonly model: string;
}

/** Who answers: the scripted model, or an endpoint that the person names. */
export class Settings {
  readonly #dialog = byId("settings", HTMLDialogElement);
  readonly #form = byId("settings-form", HTMLFormElement);
  readonly #fields = byId("endpoint", HTMLFieldSetElement);
  readonly #baseURL = byId("base-url", HTMLInputElement);
  readonly #modelId = byId("model-id", HTMLInputElement);
  readonly #apiKey = byId("api-key", HTMLInputElement);
  readonly #failure = byId("settings-failure", HTMLDivElement);
  #endpoint: Endpoint | undefined;
  /** Here and in the model's closure, and nowhere else. */
  #key = "";
  #model: AnyModel = scriptedModel();

  constructor() {
    byId("open-settings", HTMLButtonElement).addEventListener("click", () => this.open());
    this.#form.addEventListener("change", () => this.#toggle());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#apply();
    });
    // What was typed and not used is forgotten.
    this.#dialog.addEventListener("close", () => {
      this.#apiKey.value = "";
    });
    this.#endpoint = remembered();
    if (this.#endpoint) this.#use(this.#endpoint, "");
  }

  get model(): AnyModel {
    return this.#model;
  }

  open(): void {
    hideFailure(this.#failure);
    this.#kind = this.#endpoint ? "endpoint" : "scripted";
    this.#baseURL.value = this.#endpoint?.baseURL ?? this.#baseURL.value;
    this.#modelId.value = this.#endpoint?.model ?? this.#modelId.value;
    this.#apiKey.value = this.#key;
    this.#toggle();
    this.#dialog.showModal();
  }

  /** Back to the scripted model, and nothing remembered. */
  forget(): void {
    this.#useScripted();
    this.#form.reset();
  }

  #apply(): void {
    hideFailure(this.#failure);
    if (this.#kind === "scripted") {
      this.#useScripted();
    } else {
      const endpoint = { baseURL: this.#baseURL.value.trim(), model: this.#modelId.value.trim() };
      try {
        this.#use(endpoint, this.#apiKey.value.trim());
      } catch (error) {
        showFailure(this.#failure, error);
        (endpoint.model === "" ? this.#modelId : this.#baseURL).focus();
        return;
      }
      remember(endpoint);
    }
    this.#dialog.close();
  }

  #use(endpoint: Endpoint, key: string): void {
    this.#model = openaiCompatible({ ...endpoint, apiKey: key || undefined, dangerouslyAllowBrowser: true });
    this.#endpoint = endpoint;
    this.#key = key;
    this.#showName(endpoint.model);
  }

  #useScripted(): void {
    this.#model = scriptedModel();
    this.#endpoint = undefined;
    this.#key = "";
    localStorage.removeItem(storageKey);
    this.#showName("offline");
  }

  #showName(name: string): void {
    byId("model-name", HTMLSpanElement).textContent = name;
  }

  get #kind(): string {
    return String(new FormData(this.#form).get("kind"));
  }

  set #kind(kind: string) {
    for (const input of this.#form.querySelectorAll<HTMLInputElement>("input[name=kind]")) {
      input.checked = input.value === kind;
    }
  }

  #toggle(): void {
    this.#fields.disabled = this.#kind !== "endpoint";
    this.#fields.hidden = this.#fields.disabled;
  }
}

/** Keeps the endpoint for the next visit, never the key. */
function remember(endpoint: Endpoint): void {
  // The query of an address is a place where people put keys.
  if (new URL(endpoint.baseURL).search) localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, JSON.stringify(endpoint));
}

function remembered(): Endpoint | undefined {
  try {
    const { baseURL, model } = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
    return URL.canParse(baseURL) && typeof model === "string" && model !== ""
      ? { baseURL, model }
      : undefined;
  } catch {
    return undefined;
  }
}
