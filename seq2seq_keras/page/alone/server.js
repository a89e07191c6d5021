// What stands in the place of the server: the same methods, answered in the browser.

import { ServiceError } from "./failures.js";
import { prepare } from "./graphs.js";
import { MOST_CHARACTERS, Translator } from "./translator.js";

const VERSION = 1; // an exported folder has no other

export class Server {
  #translator = null;
  token = ""; // nobody asks for one

  async models() {
    const { name, options, attends } = await this.#loaded();
    prepare().catch(() => {}); // told when it is needed
    const model = { name, kind: "page", state: "AVAILABLE", options, has_attention: attends };
    return [{ ...model, versions: [VERSION], default: VERSION, limits: { characters: MOST_CHARACTERS }, lacks: ["avoid", "seed"] }];
  }

  async *translate(texts, { options }, signal) {
    for (const text of texts) {
      await turnOfThePage();
      signal.throwIfAborted();
      const found = await this.#decode(text, options, { onlyBest: true });
      yield { text: found.hypotheses[0].text, version: VERSION };
    }
  }

  async inspect(text, { model, options }, signal) {
    await turnOfThePage();
    signal.throwIfAborted();
    const found = await this.#decode(text, options);
    return { ...found, text: found.hypotheses[0].text, beam: null, model, version: VERSION };
  }

  async #decode(text, options, how) {
    const translator = await this.#loaded();
    const source = translator.normalized(text);
    try {
      return { source, ...(await translator.decode(source, options, how)) };
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw new ServiceError("here", error.message);
    }
  }

  async #loaded() {
    try {
      this.#translator ??= await Translator.load();
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw new ServiceError("incomplete", error.message);
    }
    return this.#translator;
  }
}

/** Lets the browser draw and hear before it computes. */
const turnOfThePage = () => new Promise((resolve) => setTimeout(resolve));
