/** The chats of the list, in the order of the API: a snapshot, and above it the chats that have moved to the top since. */

import { ApiError } from "./api.js";
import { INCLUDE } from "./changes.js";
import { Pages } from "./chats-pages.js";

/** @typedef {import("./changes.js").Chat} Chat */
/**
 * Who shows the chats.
 *
 * @typedef {object} Owner
 * @property {() => boolean} mayMove whether chats may change their places
 * @property {() => void} changed called when there is something else to show
 * @property {(error: ApiError) => void} refused called if the API refuses the filters
 */

const FIRST = 40; // chats of the first page: more than a screen has
const LIMIT = 100; // of the others
const MAX_MOVED = 200; // then the list is read again

export class ChatRows {
  #pages = new Pages();
  /** @type {Chat[]} */
  #moved = [];
  /** @type {Map<string, Chat>} the chats that will move when they may */
  #held = new Map();
  /** @type {Chat[]} what has changed while a page was read */
  #meanwhile = [];
  #top = ""; // the place of the first chat of the snapshot
  #range = { first: 0, last: 0 };
  #isReading = false;
  #isReloading = false;
  #isBehind = false; // what has changed while the first page was read is not known
  #session = new AbortController();
  #taken = Promise.resolve(); // the changes before the next ones

  /** Whether the first page has been read. */
  isLoaded = false;
  /** Whether more has changed than is kept: only reading it again shows the list as it is. */
  isStale = false;

  /**
   * @param {import("./app.js").App} app
   * @param {import("./api.js").Query} filters
   * @param {AbortSignal} signal
   * @param {Owner} owner
   */
  constructor({ api, changes }, filters, signal, owner) {
    this.api = api;
    this.changes = changes;
    this.filters = filters;
    this.signal = signal;
    this.owner = owner;
    this.order = filters.sort === "created" ? "created_at" : "updated_at";
    this.isFiltered = Object.keys(filters).some((name) => name !== "sort");
    changes.watch((chats, since) => this.#apply(chats, since), signal);
    this.reload();
  }

  /** How many chats are known to be in the list. */
  get length() {
    return this.#moved.length + this.#pages.count;
  }

  /** Whether all chats are known. */
  get isComplete() {
    return this.isLoaded && this.#pages.isComplete;
  }

  /** How many chats wait to be moved. */
  get held() {
    return this.#held.size;
  }

  /**
   * The chats from one place to another, undefined where they are not loaded.
   *
   * @param {number} first
   * @param {number} last which is not included
   */
  slice(first, last) {
    const moved = this.#moved.length;
    return [...this.#moved.slice(first, last), ...this.#pages.slice(Math.max(0, first - moved), last - moved)];
  }

  /**
   * The place of a chat; -1 if it is not loaded.
   *
   * @param {string} id
   */
  indexOf(id) {
    const moved = this.#moved.findIndex((chat) => chat.id === id);
    if (moved >= 0) return moved;
    const place = this.#pages.indexOf(id);
    return place < 0 ? -1 : this.#moved.length + place;
  }

  /** Reads the list from its beginning. What is shown stays until the first page is there. */
  async reload() {
    this.#session.abort();
    this.#session = new AbortController();
    const signal = AbortSignal.any([this.signal, this.#session.signal]);
    this.#isReading = true;
    this.#isReloading = true;
    this.#isBehind = !this.changes.started.get();
    try {
      const { headers, content } = await this.#request({ limit: FIRST }, signal);
      const { chats, next_cursor } = content;
      this.#pages.begin(chats, next_cursor);
      this.#moved = [];
      this.#held.clear();
      this.#meanwhile = [];
      this.#top = chats[0]?.[this.order] ?? "";
      this.isLoaded = true;
      this.isStale = false;
      this.#isReading = false;
      this.#isReloading = false;
      this.owner.changed();
      if (this.#isBehind) this.#catchUp(headers.get("x-sync-token") ?? "", signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#isReading = false;
      this.#isReloading = false;
      this.#fail(error);
    }
  }

  /**
   * Reads what is missing of the chats from one place to another, and lets go of what is far from them.
   *
   * @param {number} first
   * @param {number} last which is not included
   */
  show(first, last) {
    this.#range = { first: first - this.#moved.length, last: last - this.#moved.length };
    this.#pages.letGo(this.#range.first, this.#range.last);
    this.#read();
  }

  /** Moves the chats that wait for it. */
  release() {
    this.#take([...this.#held.values()], true);
  }

  /** Reads one page after another, always the first that is missing now. */
  async #read() {
    if (this.#isReading) return;
    const signal = AbortSignal.any([this.signal, this.#session.signal]);
    const missing = () => this.#pages.missing(this.#range.first, this.#range.last);
    this.#isReading = true;
    try {
      for (let page = missing(); page; page = missing()) {
        const { content } = await this.#request({ limit: LIMIT, cursor: page.cursor }, signal);
        const { chats, next_cursor } = content;
        const moved = new Set(this.#moved.map(({ id }) => id));
        const stayed = chats.filter((/** @type {Chat} */ { id }) => !moved.has(id));
        this.#pages.put(page, stayed, next_cursor);
        this.#take(this.#meanwhile.splice(0), this.owner.mayMove());
        this.owner.changed();
      }
      this.#isReading = false;
    } catch (error) {
      if (signal.aborted) return;
      this.#isReading = false;
      if (error instanceof ApiError && error.status === 400) this.reload();
      else this.#fail(error);
    }
  }

  /**
   * Takes in chats that have changed, after those before them.
   *
   * @param {Chat[]} chats
   * @param {string} since the token since which they have changed
   */
  #apply(chats, since) {
    this.#isBehind = this.#isReloading;
    if (this.#isReloading || !this.isLoaded) return;
    const signal = AbortSignal.any([this.signal, this.#session.signal]);
    this.#taken = this.#taken.then(async () => {
      if (this.isFiltered) await this.#takeMatching(since, signal);
      else if (!signal.aborted) this.#receive(chats);
      if (!signal.aborted) this.owner.changed();
    });
  }

  /**
   * Takes in what has changed between the first page and the changes that are watched.
   *
   * @param {string} since
   * @param {AbortSignal} signal
   */
  #catchUp(since, signal) {
    const done = new AbortController();
    const begin = (/** @type {boolean} */ isStarted) => {
      if (!isStarted) return;
      done.abort();
      this.#taken = this.#taken.then(async () => {
        await this.#takeMatching(since, signal);
        if (!signal.aborted) this.owner.changed();
      });
    };
    this.changes.started.watch(begin, AbortSignal.any([signal, done.signal]));
  }

  /**
   * Takes in the chats of this list that have changed, and drops those that are no longer in it.
   *
   * @param {string} since
   * @param {AbortSignal} signal
   */
  async #takeMatching(since, signal) {
    try {
      const { content } = await this.#request({ limit: LIMIT, updated_since: since }, signal);
      const { chats, unmatched = [], next_cursor } = content;
      if (signal.aborted) return;
      for (const id of unmatched) this.#remove(id);
      this.#receive(chats);
      if (next_cursor !== null) this.isStale = true;
    } catch {
      if (!signal.aborted) this.isStale = true;
    }
  }

  /** @param {Chat[]} chats */
  #receive(chats) {
    if (this.#isReading) this.#meanwhile.push(...chats);
    this.#take(chats, this.owner.mayMove());
  }

  /**
   * Takes in chats. Those that are shown change in place; those that belong elsewhere move if they may.
   *
   * @param {Chat[]} chats
   * @param {boolean} mayMove
   */
  #take(chats, mayMove) {
    for (const chat of chats) {
      const known = this.#find(chat.id);
      const place = chat[this.order];
      const moves = this.#held.has(chat.id) || (known ? known[this.order] !== place : place >= this.#top);
      if (moves && mayMove) {
        this.#remove(chat.id);
        const below = this.#moved.findIndex((other) => other[this.order] <= place);
        this.#moved.splice(below < 0 ? this.#moved.length : below, 0, chat);
        continue;
      }
      if (known) Object.assign(known, chat);
      if (moves && (known || this.#held.size < MAX_MOVED)) this.#held.set(chat.id, chat);
      else if (moves) this.isStale = true;
    }
    if (this.#moved.length > MAX_MOVED) this.isStale = true;
  }

  /** @param {string} id */
  #find(id) {
    return this.#moved.find((chat) => chat.id === id) ?? this.#pages.find(id);
  }

  /** @param {string} id */
  #remove(id) {
    this.#held.delete(id);
    this.#moved = this.#moved.filter((chat) => chat.id !== id);
    this.#pages.remove(id);
  }

  /**
   * @param {import("./api.js").Query} query
   * @param {AbortSignal} signal
   */
  #request(query, signal) {
    const all = { include: INCLUDE, ...this.filters, ...query };
    return this.api.persist(() => this.api.request("GET", "v3/chats", { query: all, signal }), signal);
  }

  /** @param {unknown} error */
  #fail(error) {
    if (!(error instanceof ApiError)) throw error;
    this.owner.refused(error);
  }
}
