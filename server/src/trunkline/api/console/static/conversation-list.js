/** The rows of a conversation, scrolled: older ones are loaded as they come into sight, and nothing moves meanwhile. */

import { element } from "./dom.js";

const NEAR = 600; // px from an edge at which more is loaded
const AT_END = 48; // px from the end within which the newest message stays in sight

/** @typedef {import("./conversation-rows.js").Row} Row */

export class MessageList {
  /** @type {Map<string, { element: HTMLElement, signature: string }>} */
  #rows = new Map();
  #list = element("ol", { class: "rows" });
  #newest = element("button", { type: "button", class: "newest", hidden: true }, "Newest messages");
  #scroller = element("div", { class: "scroller", tabIndex: 0, role: "region" }, this.#list);
  #isPinned = true;
  element = element("div", { class: "message-list" }, this.#scroller, this.#newest);

  /**
   * @param {string} name of the list, for screen readers
   * @param {AbortSignal} signal
   * @param {{ older: () => void, newer: () => void, toNewest: () => void }} load
   */
  constructor(name, signal, load) {
    this.#load = load;
    this.#scroller.ariaLabel = name;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#scroller.addEventListener("keydown", (event) => this.#move(event));
    this.#newest.addEventListener("click", () => {
      this.#isPinned = true;
      load.toNewest();
      this.#scroller.focus();
    });
    const sizes = new ResizeObserver(() => this.#isPinned && this.#toEnd());
    sizes.observe(this.#scroller);
    sizes.observe(this.#list);
    signal.addEventListener("abort", () => sizes.disconnect(), { once: true });
  }
  #load;

  /** Whether the end is in sight, where it stays. */
  get isPinned() {
    return this.#isPinned;
  }

  /** Shows another conversation, from its end. */
  reset() {
    this.#rows.clear();
    this.#list.replaceChildren();
    this.#isPinned = true;
  }

  toEnd() {
    this.#isPinned = true;
    this.#toEnd();
  }

  /**
   * Shows these rows. What is in sight stays where it is, or the end in sight.
   *
   * @param {Row[]} rows
   * @param {boolean} hasNewer whether there are rows after them
   */
  show(rows, hasNewer) {
    const anchor = this.#isPinned ? null : this.#anchor();
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.closest("li");
    const isFocused = focused && this.#list.contains(focused) ? focused.dataset.key : undefined;
    this.#place(rows);
    if (this.#isPinned && !hasNewer) this.#toEnd();
    else if (anchor?.row.isConnected) this.#scroller.scrollTop += anchor.row.offsetTop - anchor.top;
    if (isFocused && !this.#list.contains(document.activeElement))
      this.#find(isFocused)?.focus({ preventScroll: true });
    this.#hasNewer = hasNewer;
    this.#showNewest();
  }
  #hasNewer = false;
  /** How far it was scrolled at last. */
  #top = 0;

  /** @param {string} key */
  reveal(key) {
    const row = this.#find(key);
    if (!row) return;
    this.#isPinned = false;
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
    row.classList.remove("revealed");
    requestAnimationFrame(() => row.classList.add("revealed"));
  }

  /** Loads more if the rows do not fill what is in sight. */
  fill() {
    if (this.#scroller.scrollTop < NEAR) this.#load.older();
  }

  /** @param {Row[]} rows */
  #place(rows) {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { element }] of this.#rows) {
      if (keys.has(key)) continue;
      element.remove();
      this.#rows.delete(key);
    }
    /** @type {Element | null} */
    let next = this.#list.firstElementChild;
    for (const { key, signature, make } of rows) {
      const known = this.#rows.get(key);
      let row = known?.element;
      if (!row || known?.signature !== signature) {
        const made = make();
        if (row) {
          if (next === row) next = made;
          row.replaceWith(made);
        }
        row = made;
        this.#rows.set(key, { element: row, signature });
      }
      if (row === next) next = next.nextElementSibling;
      else this.#list.insertBefore(row, next);
    }
  }

  /** The first row in sight. @returns {{ row: HTMLElement, top: number } | null} */
  #anchor() {
    const { scrollTop } = this.#scroller;
    for (const row of /** @type {Iterable<HTMLElement>} */ (this.#list.children)) {
      const isInSight = row.offsetTop + row.offsetHeight > scrollTop;
      if (isInSight && row.classList.contains("message")) return { row, top: row.offsetTop };
    }
    return null;
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const toEnd = scrollHeight - clientHeight - scrollTop;
    // The end also goes out of sight when the list becomes lower: that is no reason to leave it.
    if (toEnd < AT_END) this.#isPinned = !this.#hasNewer;
    else if (scrollTop < this.#top) this.#isPinned = false;
    this.#top = scrollTop;
    this.#showNewest();
    if (scrollTop < NEAR) this.#load.older();
    else if (toEnd < NEAR && this.#hasNewer) this.#load.newer();
  }

  #showNewest() {
    this.#newest.hidden = this.#isPinned;
  }

  /** @param {string} key */
  #find(key) {
    return [...this.#rows.values()].find(({ element: row }) => row.dataset.key === key)?.element;
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target instanceof HTMLInputElement || event.target instanceof HTMLMediaElement) return;
    const rows = /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll("li.message")]);
    const at = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement?.closest("li.message")));
    const next = rows[at === -1 ? rows.length - 1 : at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
