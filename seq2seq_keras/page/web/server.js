// All that talks to the server. Whatever else can translate (a model that runs in the
// browser, say) can stand here with the same three methods: `models`, `translate`, `inspect`.

import { ServiceError } from "./failures.js";

const KINDS = {
  400: "malformed",
  401: "unauthorized",
  403: "unauthorized",
  404: "unknown",
  413: "too_large",
  422: "malformed",
  429: "busy",
  503: "starting",
  504: "deadline",
};
export class Server {
  constructor(base = document.baseURI) {
    this.base = base;
    this.token = ""; // kept nowhere else: it is gone with the page
  }

  /** The models there are: name, versions, labels, default, options, languages, limits. */
  async models(signal) {
    const response = await this.#ask("models", { signal });
    return (await this.#read(response)).models;
  }

  /**
   * Translates texts and yields `{text}` for each, in order, as they become ready.
   * `request` has `model`, `version` (null for the newest) and `options` of the search.
   */
  async *translate(texts, request, signal) {
    const body = { ...bodyOf(request), texts };
    const response = await this.#post(body, "application/x-ndjson", signal);
    for await (const line of linesOf(response.body)) {
      const answer = JSON.parse(line);
      if (answer.error) throw errorOf(answer.status ?? 500, answer);
      yield answer;
    }
  }

  /** One text with all that the search found; see `Translator.decode`. */
  async inspect(text, request, signal) {
    const body = { ...bodyOf(request), texts: [text], details: true, trace: request.trace };
    const answer = await this.#read(await this.#post(body, "application/json", signal));
    return { ...answer.translations[0], model: answer.model, version: answer.version };
  }

  #post(body, accept, signal) {
    const headers = { "Content-Type": "application/json", Accept: accept };
    return this.#ask("translate", { method: "POST", headers, body: JSON.stringify(body), signal });
  }

  async #ask(name, { headers = {}, ...options }) {
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    let response;
    try {
      response = await fetch(new URL(name, this.base), { ...options, headers, cache: "no-store" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ServiceError("unreachable");
    }
    if (response.ok) return response;
    const answer = await response.json().catch(() => ({}));
    throw errorOf(response.status, answer, Number(response.headers.get("Retry-After")));
  }

  async #read(response) {
    try {
      return await response.json();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ServiceError("unreachable"); // it broke off
    }
  }
}

function bodyOf({ model, version, options }) {
  return { ...options, model, ...(version === null ? {} : { version }) };
}

function errorOf(status, answer, retryAfter) {
  const { error = "", field = null } = answer;
  return new ServiceError(KINDS[status] ?? "failed", error, { field, retryAfter });
}

async function* linesOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : lines.pop();
    yield* lines.filter((line) => line.trim());
    if (done) return;
  }
}
