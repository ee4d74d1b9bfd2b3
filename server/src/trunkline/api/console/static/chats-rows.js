/**
 * The chats of the list, in the order of the API: the pages of a snapshot, and above them the chats that have moved to
 * the top since. Only the pages around what is shown have their chats; of the others, only the cursor is kept.
 */

import { ApiError } from "./api.js";
import { INCLUDE } from "./changes.js";

/** @typedef {import("./changes.js").Chat} Chat */
/**
 * Who shows the chats.
 *
 * @typedef {object} Owner
 * @property {() => boolean} mayMove whether chats may change their places
 * @property {() => void} changed called when there is something else to show
 * @property {(error: ApiError) => void} refused called if the API refuses the filters
 */
/** @typedef {{ cursor: string | null, count: number, chats: Chat[] | null }} Page */

const FIRST = 40; // chats of the first page: more than a screen has
const LIMIT = 100;
const MARGIN = 2 * LIMIT; // chats on either side of what is shown
const MAX_MOVED = 200; // then the list is read again

export class ChatRows {
  /** @type {Chat[]} */
  #moved = [];
  /** @type {Page[]} */
  #pages = [];
  /** @type {Map<string, Chat>} the chats that will move when they may */
  #held = new Map();
  /** The cursor of the page after the last one; null if there is none, or before the first is read. */
  #next = /** @type {string | null} */ (null);
  #top = ""; // the place of the first chat of the snapshot
  #range = { first: 0, last: 0 };
  #isReading = false;
  #isReloading = false;
  #isBehind = false; // what has changed while the first page was read is not known
  #session = new AbortController();

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
    return this.#pages.reduce((sum, page) => sum + page.count, this.#moved.length);
  }

  /** Whether all chats are known. */
  get isComplete() {
    return this.isLoaded && this.#next === null;
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
   * @returns {(Chat | undefined)[]}
   */
  slice(first, last) {
    /** @type {(Chat | undefined)[]} */
    const found = this.#moved.slice(first, last);
    let start = this.#moved.length;
    for (const { count, chats } of this.#pages) {
      if (start >= last) break;
      for (let at = Math.max(first - start, 0); at < Math.min(count, last - start); at += 1) found.push(chats?.[at]);
      start += count;
    }
    return found;
  }

  /**
   * The place of a chat; -1 if it is not loaded.
   *
   * @param {string} id
   */
  indexOf(id) {
    const moved = this.#moved.findIndex((chat) => chat.id === id);
    if (moved >= 0) return moved;
    let start = this.#moved.length;
    for (const { count, chats } of this.#pages) {
      const at = chats?.findIndex((chat) => chat.id === id) ?? -1;
      if (at >= 0) return start + at;
      start += count;
    }
    return -1;
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
      const response = await this.#request({ limit: FIRST }, signal);
      const { chats, next_cursor } = await response.json();
      this.#moved = [];
      this.#held.clear();
      this.#pages = [{ cursor: null, count: chats.length, chats }];
      this.#next = next_cursor;
      this.#top = chats[0]?.[this.order] ?? "";
      this.isLoaded = true;
      this.isStale = false;
      this.#isReading = false;
      this.#isReloading = false;
      this.owner.changed();
      if (this.#isBehind) this.#catchUp(response.headers.get("x-sync-token") ?? "", signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#isReading = false;
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
    this.#range = { first, last };
    this.#letGo();
    this.#fetch();
  }

  /**
   * Takes in chats that have changed. Those that are shown change in place; those that belong elsewhere move at once,
   * or when `release` is called.
   *
   * @param {Chat[]} chats
   * @param {string} since the token since which they have changed
   */
  async #apply(chats, since) {
    if (this.#isReloading) this.#isBehind = true;
    if (this.#isReloading || !this.isLoaded) return;
    if (this.isFiltered) {
      const signal = AbortSignal.any([this.signal, this.#session.signal]);
      const matching = await this.#matching(since, signal).catch(() => null);
      if (matching === null || signal.aborted) return;
      const ids = new Set(matching.map(({ id }) => id));
      for (const { id } of chats) if (!ids.has(id)) this.#remove(id);
      this.#take(matching, this.owner.mayMove());
    } else {
      this.#take(chats, this.owner.mayMove());
    }
    this.owner.changed();
  }

  /** Moves the chats that wait for it. */
  release() {
    this.#take([...this.#held.values()], true);
  }

  /**
   * @param {Chat[]} chats
   * @param {boolean} mayMove
   */
  #take(chats, mayMove) {
    for (const chat of chats) {
      const known = this.#find(chat.id);
      const moves =
        this.#held.has(chat.id) || (known ? known[this.order] !== chat[this.order] : chat[this.order] >= this.#top);
      if (moves && mayMove) {
        this.#held.delete(chat.id);
        this.#moveUp(chat);
        continue;
      }
      if (known) Object.assign(known, chat);
      if (moves) this.#held.set(chat.id, chat);
    }
    if (this.#moved.length > MAX_MOVED || this.#held.size > MAX_MOVED) this.isStale = true;
    if (this.#held.size > MAX_MOVED) for (const id of this.#held.keys()) if (!this.#find(id)) this.#held.delete(id);
  }

  /** @param {Chat} chat */
  #moveUp(chat) {
    this.#remove(chat.id);
    const below = this.#moved.findIndex((other) => other[this.order] <= chat[this.order]);
    this.#moved.splice(below < 0 ? this.#moved.length : below, 0, chat);
  }

  /** @param {string} id */
  #remove(id) {
    for (const part of [{ chats: this.#moved }, ...this.#pages]) {
      const at = part.chats?.findIndex((chat) => chat.id === id) ?? -1;
      if (at < 0) continue;
      part.chats?.splice(at, 1);
      if ("count" in part) part.count -= 1;
    }
  }

  /** @param {string} id */
  #find(id) {
    for (const { chats } of [{ chats: this.#moved }, ...this.#pages]) {
      const found = chats?.find((chat) => chat.id === id);
      if (found) return found;
    }
    return undefined;
  }

  #letGo() {
    let start = this.#moved.length;
    for (const [number, page] of this.#pages.entries()) {
      const isFar = start + page.count < this.#range.first - MARGIN || start > this.#range.last + MARGIN;
      if (number > 0 && isFar) page.chats = null;
      start += page.count;
    }
  }

  /** Reads one page after another, always the first that is missing now. */
  async #fetch() {
    if (this.#isReading) return;
    this.#isReading = true;
    const signal = AbortSignal.any([this.signal, this.#session.signal]);
    try {
      for (let page = this.#missing(); page; page = this.#missing()) {
        const response = await this.#request({ limit: LIMIT, cursor: page.cursor }, signal);
        const { chats, next_cursor } = await response.json();
        const moved = new Set(this.#moved.map(({ id }) => id));
        page.chats = chats.filter((/** @type {Chat} */ { id }) => !moved.has(id));
        page.count = page.chats?.length ?? 0;
        if (!this.#pages.includes(page)) {
          this.#pages.push(page);
          this.#next = next_cursor;
        }
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
   * A page that is shown and not loaded; a new one at the end if that is shown.
   *
   * @returns {Page | null}
   */
  #missing() {
    const { first, last } = this.#range;
    let start = this.#moved.length;
    for (const page of this.#pages) {
      if (page.chats === null && start < last && start + page.count > first) return page;
      start += page.count;
    }
    return this.#next !== null && start <= last ? { cursor: this.#next, count: 0, chats: null } : null;
  }

  /**
   * Takes in what has changed between the first page and the changes that are watched.
   *
   * @param {string} since
   * @param {AbortSignal} signal
   */
  #catchUp(since, signal) {
    const done = new AbortController();
    this.changes.started.watch(
      async (isStarted) => {
        if (!isStarted) return;
        done.abort();
        const chats = await this.#matching(since, signal).catch(() => []);
        if (!signal.aborted) this.#take(chats, this.owner.mayMove());
        if (!signal.aborted) this.owner.changed();
      },
      AbortSignal.any([signal, done.signal]),
    );
  }

  /**
   * The chats that have changed and are in this list now.
   *
   * @param {string} since
   * @param {AbortSignal} signal
   * @returns {Promise<Chat[]>}
   */
  async #matching(since, signal) {
    const response = await this.#request({ limit: LIMIT, updated_since: since }, signal);
    const { chats, next_cursor } = await response.json();
    if (next_cursor !== null) this.isStale = true;
    return chats;
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
