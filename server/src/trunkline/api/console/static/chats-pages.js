/** The pages of a snapshot of the list. Those around what is shown have their chats; of the others, the cursor is kept. */

/** @typedef {import("./changes.js").Chat} Chat */
/** @typedef {{ cursor: string | null, count: number, chats: Chat[] | null }} Page */

const MARGIN = 200; // chats on either side of what is shown

export class Pages {
  /** @type {Page[]} */
  #pages = [];
  /** The cursor of the page after the last one; null if there is none. */
  #next = /** @type {string | null} */ (null);

  /** How many chats are in the pages that have been read. */
  get count() {
    return this.#pages.reduce((sum, { count }) => sum + count, 0);
  }

  /** Whether the last page has been read. */
  get isComplete() {
    return this.#next === null;
  }

  /**
   * Begins with the first page.
   *
   * @param {Chat[]} chats
   * @param {string | null} next the cursor of the next page
   */
  begin(chats, next) {
    this.#pages = [{ cursor: null, count: chats.length, chats }];
    this.#next = next;
  }

  /**
   * Puts chats into a page that was missing.
   *
   * @param {Page} page
   * @param {Chat[]} chats
   * @param {string | null} next the cursor of the page after it
   */
  put(page, chats, next) {
    page.chats = chats;
    page.count = chats.length;
    if (this.#pages.includes(page)) return;
    this.#pages.push(page);
    this.#next = next;
  }

  /**
   * The chats from one place to another, undefined where they are not loaded.
   *
   * @param {number} first
   * @param {number} last which is not included
   * @returns {(Chat | undefined)[]}
   */
  slice(first, last) {
    const found = [];
    let start = 0;
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
    let start = 0;
    for (const { count, chats } of this.#pages) {
      const at = chats?.findIndex((chat) => chat.id === id) ?? -1;
      if (at >= 0) return start + at;
      start += count;
    }
    return -1;
  }

  /** @param {string} id */
  find(id) {
    for (const { chats } of this.#pages) {
      const found = chats?.find((chat) => chat.id === id);
      if (found) return found;
    }
    return undefined;
  }

  /** @param {string} id */
  remove(id) {
    for (const page of this.#pages) {
      const at = page.chats?.findIndex((chat) => chat.id === id) ?? -1;
      if (at < 0) continue;
      page.chats?.splice(at, 1);
      page.count -= 1;
    }
  }

  /**
   * Lets go of the chats that are far from those from one place to another. The first page stays: it has no cursor.
   *
   * @param {number} first
   * @param {number} last
   */
  letGo(first, last) {
    let start = 0;
    for (const page of this.#pages) {
      const isFar = start + page.count < first - MARGIN || start > last + MARGIN;
      if (isFar && page.cursor !== null) page.chats = null;
      start += page.count;
    }
  }

  /**
   * A page with a chat from one place to another that is not loaded: a new one if the end of what is known is among
   * them. Null if there is none.
   *
   * @param {number} first
   * @param {number} last
   * @returns {Page | null}
   */
  missing(first, last) {
    let start = 0;
    for (const page of this.#pages) {
      if (page.chats === null && start < last && start + page.count > first) return page;
      start += page.count;
    }
    return this.#next !== null && start <= last ? { cursor: this.#next, count: 0, chats: null } : null;
  }
}
