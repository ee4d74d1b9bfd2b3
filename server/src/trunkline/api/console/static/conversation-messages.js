/** The messages of a chat, of which a window is held: the chat can have any number. */

import { ApiError } from "./api.js";

/** @typedef {Record<string, any>} Message a message of the API */
/** @typedef {{ cursor: string, messages: Message[] | null }} OlderPage its messages are null while it is let go */

const PAGE = 50;
const PAGES_HELD = 6;
const MOST_RECENT = 500; // messages to walk through from the newest one

/** The API's optional fields of a message that the console shows. */
const INCLUDE = "edit_count,failure_reason";

export class Transcript {
  /** From the newest message to the first older page, newest first. @type {Message[]} */
  #recent = [];
  /** @type {OlderPage[]} */
  #older = [];
  /** The cursor of the page after the last of `#older`. @type {string | null} */
  #next = null;
  /** The pages in the window: 0 is `#recent`, and `n` is the n-th of `#older`. */
  #from = 0;
  #to = 0;
  #isOpen = false;
  #isLoading = false;
  #isRenewing = false;
  #isStale = false;

  /**
   * @param {import("./api.js").Api} api
   * @param {string} chatId
   * @param {AbortSignal} signal
   */
  constructor(api, chatId, signal) {
    this.#api = api;
    this.chatId = chatId;
    this.#signal = signal;
  }
  #api;
  #signal;

  /** Whether the newest messages have been loaded. */
  get isOpen() {
    return this.#isOpen;
  }

  get hasOlder() {
    return this.#to < this.#older.length || this.#next !== null;
  }

  get hasNewer() {
    return this.#from > 0;
  }

  /** The newest message, whether or not it is in the window. @returns {Message | undefined} */
  get newest() {
    return this.#recent[0];
  }

  /** The messages in the window, oldest first, each once. @returns {Message[]} */
  get messages() {
    /** @type {Map<string, Message>} */
    const found = new Map();
    for (let page = this.#from; page <= this.#to; page += 1) {
      const messages = page === 0 ? this.#recent : this.#older[page - 1].messages;
      for (const message of messages ?? []) if (!found.has(message.id)) found.set(message.id, message);
    }
    return [...found.values()].reverse();
  }

  /** @param {string} id */
  find(id) {
    return this.messages.find((each) => each.id === id);
  }

  /** Loads the newest messages, and lets the others go. */
  async open() {
    const page = await this.#fetch(null);
    this.#recent = page.messages;
    this.#next = page.next_cursor;
    this.#older = [];
    this.#from = 0;
    this.#to = 0;
    this.#isOpen = true;
  }

  /** Adds the page before the window to it. Returns whether it has changed. */
  async loadOlder() {
    if (this.#isLoading || !this.hasOlder) return false;
    return this.#load(async () => {
      const page = this.#to === this.#older.length ? await this.#append() : await this.#restore(this.#to);
      if (!page) return;
      this.#to += 1;
      if (this.#to - this.#from >= PAGES_HELD) {
        if (this.#from > 0) this.#older[this.#from - 1].messages = null;
        this.#from += 1;
      }
    });
  }

  /** Adds the page after the window to it. Returns whether it has changed. */
  async loadNewer() {
    if (this.#isLoading || !this.hasNewer) return false;
    return this.#load(async () => {
      if (this.#from > 1 && !(await this.#restore(this.#from - 2))) return;
      this.#from -= 1;
      if (this.#to - this.#from >= PAGES_HELD) {
        this.#older[this.#to - 1].messages = null;
        this.#to -= 1;
      }
    });
  }

  /**
   * Reads again what may have changed: the newest messages, and those in the window.
   *
   * @param {boolean} mayTrim whether nobody would notice that messages are let go
   */
  async refresh(mayTrim) {
    this.#isStale = true;
    if (this.#isRenewing || !this.#isOpen) return;
    this.#isRenewing = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        if (mayTrim && this.#to === 0 && this.#recent.length > PAGE * 4) await this.open();
        else await this.#renew();
      }
    } finally {
      this.#isRenewing = false;
    }
  }

  async #renew() {
    const oldest = this.#recent.at(-1);
    /** @type {Message[]} */
    const fresh = [];
    /** @type {string | null} */
    let cursor = null;
    do {
      const page = await this.#fetch(cursor);
      fresh.push(...page.messages);
      cursor = page.next_cursor;
    } while (cursor !== null && fresh.length < MOST_RECENT && oldest && timeOf(fresh.at(-1)) > timeOf(oldest));
    if (!oldest) {
      this.#recent = fresh;
      this.#next = cursor;
    } else if (cursor !== null && timeOf(fresh.at(-1)) > timeOf(oldest)) {
      await this.open();
    } else {
      this.#recent = fresh.filter((each) => timeOf(each) >= timeOf(oldest));
    }
    for (let page = Math.max(this.#from, 1); page <= this.#to; page += 1) await this.#restore(page - 1);
  }

  async #append() {
    const cursor = this.#next;
    if (cursor === null) return null;
    const page = await this.#fetch(cursor);
    if (this.#next !== cursor) return null; // the newest messages were opened meanwhile
    this.#older.push({ cursor, messages: page.messages });
    this.#next = page.next_cursor;
    return page;
  }

  /** @param {number} index */
  async #restore(index) {
    const page = this.#older[index];
    const { messages } = await this.#fetch(page.cursor);
    if (this.#older[index] !== page) return null; // the newest messages were opened meanwhile
    page.messages = messages;
    return page;
  }

  /** @param {() => Promise<void>} change */
  async #load(change) {
    this.#isLoading = true;
    try {
      await change();
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 400)) throw error;
      await this.open(); // the cursor has expired
    } finally {
      this.#isLoading = false;
    }
    return true;
  }

  /**
   * @param {string | null} cursor
   * @returns {Promise<{ messages: Message[], next_cursor: string | null }>}
   */
  #fetch(cursor) {
    const path = `v3/chats/${encodeURIComponent(this.chatId)}/messages`;
    const query = { limit: PAGE, cursor, include: INCLUDE };
    return this.#api.persist(() => this.#api.get(path, query, this.#signal), this.#signal);
  }
}

/** @param {Message | undefined} message */
function timeOf(message) {
  return message ? Date.parse(message.created_at) : 0;
}
