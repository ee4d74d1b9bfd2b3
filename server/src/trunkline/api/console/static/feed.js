/** A list of what happens, the newest first. It follows what is added and what changes. */

import { ApiError, pause } from "./api.js";
import { element, fill } from "./dom.js";
import { count } from "./format.js";
import { refusal, skeleton } from "./parts.js";

const EVERY = 2000; // ms between two reads of the first page
const MOST = 500; // rows; beyond that, new ones replace the list instead of growing it

/** @typedef {Record<string, any>} Item */

/** @typedef {{ items: Item[], next: string | null }} Page */

/**
 * @typedef {object} Options
 * @property {string} name of the list
 * @property {string} noun what it lists, in the singular
 * @property {(cursor: string | null, signal: AbortSignal) => Promise<Page>} read
 * @property {(item: Item) => string} id
 * @property {(item: Item) => HTMLAnchorElement} row whose `data-opens` names what it opens
 * @property {() => HTMLElement} empty what it says when there is nothing
 */

export class Feed {
  /** @type {Map<string, { text: string, row: HTMLElement }>} the rows, in order */
  #rows = new Map();
  /** @type {string | null} */
  #older = null;
  /** @type {string | null} */
  #marked = null;
  #run = new AbortController();
  #api;
  #signal;
  #options;
  #list;
  #state;
  #new;
  #more;

  /**
   * @param {import("./api.js").Api} api
   * @param {AbortSignal} signal
   * @param {Options} options
   */
  constructor(api, signal, options) {
    this.#api = api;
    this.#signal = signal;
    this.#options = options;
    this.#list = element("ol", { class: "feed", "aria-label": options.name });
    this.#state = element("div");
    this.#new = element("button", { type: "button", class: "new", hidden: true });
    this.#more = element("button", {
      type: "button",
      class: "more",
      hidden: true,
      on: { click: () => this.#readOn() },
    });
    fill(this.#more, "Show older");
    this.element = element("div", { class: "feed-box" }, this.#new, this.#list, this.#state, this.#more);
  }

  /** Reads the list from its beginning. */
  restart() {
    this.#run.abort();
    this.#run = new AbortController();
    this.#rows.clear();
    this.#older = null;
    fill(this.#list);
    fill(this.#state, skeleton(8, "feed-row"));
    this.#more.hidden = true;
    this.#new.hidden = true;
    const signal = AbortSignal.any([this.#signal, this.#run.signal]);
    this.#follow(signal).catch((error) => this.#fail(error, signal));
  }

  /**
   * Marks the rows that open something.
   *
   * @param {string | null} opened as their `data-opens` has it
   */
  mark(opened) {
    this.#marked = opened;
    for (const link of this.#links()) this.#markLink(link);
  }

  /**
   * Moves the focus to the row that opens something.
   *
   * @param {string} opened
   */
  focus(opened) {
    this.#links()
      .find((link) => link.dataset.opens === opened)
      ?.focus();
  }

  #links() {
    return [...this.#list.querySelectorAll("a")];
  }

  /** @param {HTMLAnchorElement} link */
  #markLink(link) {
    if (this.#marked !== null && link.dataset.opens === this.#marked) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }

  /** @param {AbortSignal} signal */
  async #follow(signal) {
    for (;;) {
      this.#show(await this.#read(null, signal));
      do await pause(EVERY, signal);
      while (document.hidden);
    }
  }

  /**
   * The next page that has something; pages may be empty before the last one.
   *
   * @param {string | null} cursor
   * @param {AbortSignal} signal
   */
  async #read(cursor, signal) {
    for (;;) {
      const page = await this.#api.persist(() => this.#options.read(cursor, signal), signal);
      if (page.items.length > 0 || page.next === null) return page;
      cursor = page.next;
    }
  }

  async #readOn() {
    const { signal } = this.#run;
    this.#more.disabled = true;
    try {
      const page = await this.#read(this.#older, AbortSignal.any([this.#signal, signal]));
      const known = [...this.#rows.keys()];
      const added = page.items.filter((item) => !this.#rows.has(this.#options.id(item)));
      for (const item of added) this.#keep(item);
      this.#setOlder(page.next);
      this.#place([...known, ...added.map(this.#options.id)]);
      if (added.length > 0) this.#rows.get(this.#options.id(added[0]))?.row.querySelector("a")?.focus();
    } catch (error) {
      this.#fail(error, signal);
    }
    this.#more.disabled = false;
  }

  /**
   * Shows the first page above the rows that follow it. If they do not follow it any more, they are let go.
   *
   * @param {Page} page
   * @param {boolean} [always] even if somebody points at the list or reads far down in it
   */
  #show(page, always = false) {
    const ids = page.items.map(this.#options.id);
    const known = [...this.#rows.keys()];
    const added = ids.filter((id) => !this.#rows.has(id));
    const isPointedAt = matchMedia("(hover: hover)").matches && this.element.matches(":hover");
    const isRead = known.length >= MOST && this.element.closest(".list")?.scrollTop !== 0;
    if (added.length > 0 && known.length > 0 && !always && (isPointedAt || isRead)) {
      this.#offer(page, added.length);
      return;
    }
    const end = ids.length === 0 ? -1 : known.indexOf(ids[ids.length - 1]);
    const follows = end >= 0 && (known.length < MOST || added.length === 0);
    const order = follows ? [...new Set([...ids, ...known.slice(end)])] : ids;
    if (!follows) this.#setOlder(page.next);
    for (const item of page.items) this.#keep(item);
    this.#place(order);
    this.#new.hidden = true;
    fill(this.#state, order.length === 0 && this.#options.empty());
  }

  /**
   * Says that there are new rows, so that none moves under the pointer.
   *
   * @param {Page} page
   * @param {number} amount
   */
  #offer(page, amount) {
    const { signal } = this.#run;
    const show = () => {
      if (!signal.aborted && !this.#new.hidden) this.#show(page, true);
    };
    fill(this.#new, `Show ${count(amount, `new ${this.#options.noun}`)}`);
    this.#new.hidden = false;
    this.#new.onclick = show;
    this.element.onpointerleave = show;
  }

  /**
   * Makes the row of an item, or makes it again if the item has changed.
   *
   * @param {Item} item
   */
  #keep(item) {
    const id = this.#options.id(item);
    const text = JSON.stringify(item);
    const known = this.#rows.get(id);
    if (known?.text === text) return;
    const link = this.#options.row(item);
    this.#markLink(link);
    const row = known?.row ?? element("li");
    const hasFocus = row.contains(document.activeElement);
    fill(row, link);
    if (hasFocus) link.focus();
    this.#rows.set(id, { text, row });
  }

  /** @param {string[]} order the ids of the rows that stay */
  #place(order) {
    const rows = order.map((id) => /** @type {{ text: string, row: HTMLElement }} */ (this.#rows.get(id)));
    this.#rows = new Map(order.map((id, index) => [id, rows[index]]));
    const kept = new Set(rows.map(({ row }) => row));
    for (const row of [...this.#list.children]) if (!kept.has(/** @type {HTMLElement} */ (row))) row.remove();
    rows.forEach(({ row }, index) => {
      if (this.#list.children[index] !== row) this.#list.insertBefore(row, this.#list.children[index] ?? null);
    });
  }

  /** @param {string | null} cursor */
  #setOlder(cursor) {
    this.#older = cursor;
    this.#more.hidden = cursor === null;
  }

  /**
   * @param {unknown} error
   * @param {AbortSignal} signal
   */
  #fail(error, signal) {
    if (signal.aborted || this.#signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    fill(this.#state, refusal(error));
  }
}
