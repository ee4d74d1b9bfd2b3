/** What messages refer to, read when it is first shown: the message that one answers, and the content of polls. */

import { ApiError } from "./api.js";

/** @typedef {import("./conversation-messages.js").Message} Message */

export class Lookups {
  /** null if the message does not exist. @type {Map<string, Message | null>} */
  #messages = new Map();
  /** @type {Map<string, { version: string, poll: Record<string, any> | null }>} */
  #polls = new Map();

  /**
   * @param {import("./api.js").Api} api
   * @param {AbortSignal} signal
   * @param {() => void} found called when something that was asked for is there
   */
  constructor(api, signal, found) {
    this.#api = api;
    this.#signal = signal;
    this.#found = found;
  }
  #api;
  #signal;
  #found;

  /**
   * @param {string} id
   * @returns {Message | null | undefined} null if it does not exist; undefined until that is known
   */
  message(id) {
    if (!this.#messages.has(id)) {
      this.#messages.set(id, /** @type {any} */ (undefined));
      this.#read(`v3/messages/${encodeURIComponent(id)}`, (message) => this.#messages.set(id, message));
    }
    return this.#messages.get(id);
  }

  /**
   * @param {Message} message a poll
   * @returns {Record<string, any> | null} null until it is known
   */
  poll(message) {
    const known = this.#polls.get(message.id);
    if (known?.version !== message.updated_at) {
      this.#polls.set(message.id, { version: message.updated_at, poll: known?.poll ?? null });
      this.#read(`v3/messages/${encodeURIComponent(message.id)}/poll`, (poll) =>
        this.#polls.set(message.id, {
          version: message.updated_at,
          poll: poll && { ...poll.poll, reactions: poll.reactions },
        }),
      );
    }
    return this.#polls.get(message.id)?.poll ?? null;
  }

  /**
   * @param {string} path
   * @param {(value: any) => void} keep with null if it does not exist
   */
  async #read(path, keep) {
    try {
      keep(await this.#api.persist(() => this.#api.get(path, {}, this.#signal), this.#signal));
    } catch (error) {
      if (this.#signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      keep(null);
    }
    this.#found();
  }
}
