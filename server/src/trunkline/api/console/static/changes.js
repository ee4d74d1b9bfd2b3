/** The chats that change, by one long poll for the whole page. */

import { ApiError, pause } from "./api.js";
import { Value } from "./store.js";

/** How long a poll waits for a change, in seconds. */
const WAIT = 25;
const PAUSE = 500; // ms, after an answer that cannot be repeated at once

/** What views need to know of a chat. */
export const INCLUDE = "last_message,unread_count";

/** @typedef {Record<string, any>} Chat a chat of the list */

/**
 * Receives the chats that have changed.
 *
 * @callback Listener
 * @param {Chat[]} chats each as it is now
 * @param {string} since the token since which they have changed
 */

export class Changes {
  /** @type {Set<Listener>} */
  #listeners = new Set();
  /** Whether listeners get every change. */
  started = new Value(false);

  /**
   * @param {import("./api.js").Api} api
   * @param {AbortSignal} signal
   */
  constructor(api, signal) {
    this.#poll(api, signal).catch((error) => {
      if (!signal.aborted && error instanceof ApiError) api.refused.set(error);
      else if (!signal.aborted) throw error;
    });
  }

  /**
   * Calls a listener with the chats that have changed until the signal is aborted.
   *
   * @param {Listener} listener
   * @param {AbortSignal} signal
   */
  watch(listener, signal) {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  /**
   * @param {import("./api.js").Api} api
   * @param {AbortSignal} signal
   */
  async #poll(api, signal) {
    await pause(0, signal); // what is to be seen is read before
    let since = await this.#begin(api, signal);
    this.started.set(true);
    for (;;) {
      const query = { updated_since: since, wait: WAIT, limit: 100, include: INCLUDE };
      try {
        const { headers, content } = await api.persist(() => api.request("GET", "v3/chats", { query, signal }), signal);
        if (content.chats.length > 0) for (const listener of [...this.#listeners]) listener(content.chats, since);
        since = headers.get("x-sync-token") ?? since;
      } catch (error) {
        if (signal.aborted || !(error instanceof ApiError) || error.status === 401) throw error;
        await pause(PAUSE, signal); // the token is no longer valid, so that what has changed is not known
        since = await this.#begin(api, signal);
      }
    }
  }

  /**
   * @param {import("./api.js").Api} api
   * @param {AbortSignal} signal
   */
  async #begin(api, signal) {
    const first = () => api.request("GET", "v3/chats", { query: { limit: 1 }, signal });
    const { headers } = await api.persist(first, signal);
    return headers.get("x-sync-token") ?? "";
  }
}
