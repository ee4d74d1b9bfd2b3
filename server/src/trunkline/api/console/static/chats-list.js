/** The rows that are in view, their places, and the keys and the pointer on them. */

import { fillRow } from "./chats-row.js";
import { ScrollPosition } from "./chats-scroll.js";
import { element, fill } from "./dom.js";

/** @typedef {import("./changes.js").Chat} Chat */

const HEIGHT = 64; // px of a row, as in chats.css
const AROUND = 6; // rows above and below the view
const SLIDE = 150; // ms
const STEPS = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, PageDown: 1, PageUp: -1 });

/** @typedef {{ item: HTMLLIElement, link: HTMLAnchorElement, chat: Chat | null, version: string, top: number }} Row */

export class ChatList {
  /** @type {Map<string, Row>} by the id of the chat; what is not loaded by its place */
  #shown = new Map();
  #position = new ScrollPosition();
  #isPointedAt = false;
  /** The chat whose row has the focus, or had it last. */
  #active = /** @type {string | null} */ (null);
  #open = /** @type {string | null} */ (null);
  #stillness = matchMedia("(prefers-reduced-motion: reduce)");

  /**
   * @param {() => import("./chats-rows.js").ChatRows} rows the chats of the list that is shown now
   * @param {(id: string) => string} addressOf the address that opens a chat
   * @param {AbortSignal} signal
   */
  constructor(rows, addressOf, signal) {
    this.rows = rows;
    this.addressOf = addressOf;
    this.list = element("ul", { class: "chat-rows", "aria-label": "Chats" });
    this.news = element("button", {
      type: "button",
      class: "news primary",
      hidden: true,
      on: { click: () => this.toTop() },
    });
    this.scroller = element("div", { class: "chat-scroller" }, this.list);
    this.element = element("div", { class: "chat-list" }, this.news, this.scroller);
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.#pressed(event));
    this.list.addEventListener("focusin", ({ target }) => this.#focused(/** @type {HTMLElement} */ (target)));
    this.element.addEventListener("pointerenter", ({ pointerType }) => this.#point(pointerType === "mouse"));
    this.element.addEventListener("pointerleave", () => this.#point(false));
    const size = new ResizeObserver(() => this.update());
    size.observe(this.scroller);
    signal.addEventListener("abort", () => size.disconnect(), { once: true });
  }

  /** Whether rows may change their places: nobody points at them, and the newest are in view. */
  get mayMove() {
    return !this.#isPointedAt && this.#position.top === 0;
  }

  /** @param {string | null} id the chat that is open */
  open(id) {
    this.#open = id;
    if (id) this.#active = id;
    for (const [key, row] of this.#shown) this.#mark(key, row);
  }

  /** Shows what the rows are now. The first row in view stays where it is. */
  update() {
    const rows = this.rows();
    this.#position.follow(this.scroller.scrollTop);
    const { top } = this.#position;
    const first = [...this.#shown.values()].filter(({ chat, top: at }) => chat && at >= top).sort(byPlace)[0];
    this.#position.view = this.scroller.clientHeight;
    this.#position.height = this.#total() * HEIGHT;
    this.list.style.height = `${this.#position.contentHeight}px`;
    const place = first?.chat && top > 0 ? rows.indexOf(first.chat.id) : -1;
    this.#moveTo(place < 0 ? top : place * HEIGHT - (first.top - top));
    this.#render(top === 0 && !this.#stillness.matches);
    this.news.hidden = rows.held === 0;
    if (rows.held > 0) fill(this.news, `${rows.held > 99 ? "99+" : rows.held} new`);
  }

  /** Shows the list from its beginning, with what has waited to be moved. */
  toTop() {
    const hadFocus = document.activeElement === this.news;
    this.#moveTo(0);
    this.#refresh();
    if (hadFocus) this.focus(0);
  }

  /**
   * Gives a row the focus: the one at a place, or the one that had it last.
   *
   * @param {number} [place]
   */
  focus(place) {
    const rows = this.rows();
    const last = this.#active === null ? 0 : Math.max(0, rows.indexOf(this.#active));
    const wanted = Math.max(0, Math.min(place ?? last, rows.length - 1));
    const { top, view } = this.#position;
    if (wanted * HEIGHT < top) this.#moveTo(wanted * HEIGHT);
    else if ((wanted + 1) * HEIGHT > top + view) this.#moveTo((wanted + 1) * HEIGHT - view);
    this.#render(false);
    const [chat] = rows.slice(wanted, wanted + 1);
    this.#shown.get(chat?.id ?? `${wanted}`)?.link.focus({ preventScroll: true });
  }

  /** How many rows there are, with those that stand for what is being read. */
  #total() {
    const rows = this.rows();
    if (!rows.isLoaded) return Math.floor(this.#position.view / HEIGHT);
    return rows.length + (rows.isComplete ? 0 : 1);
  }

  /** @param {number} top */
  #moveTo(top) {
    const scrolled = this.#position.moveTo(top);
    if (this.scroller.scrollTop !== scrolled) this.scroller.scrollTop = scrolled;
  }

  #scrolled() {
    const { scrollTop } = this.scroller;
    const right = this.#position.follow(scrollTop);
    if (right !== scrollTop) this.scroller.scrollTop = right;
    if (this.mayMove && this.rows().held > 0) this.#refresh();
    else this.#render(false);
  }

  /** @param {boolean} isPointedAt */
  #point(isPointedAt) {
    this.#isPointedAt = isPointedAt;
    if (this.mayMove) this.#refresh();
  }

  #refresh() {
    const rows = this.rows();
    if (rows.isStale) rows.reload();
    else rows.release();
    this.update();
  }

  /** @param {boolean} slides */
  #render(slides) {
    const rows = this.rows();
    const { top, view, shift } = this.#position;
    const first = Math.max(0, Math.floor(top / HEIGHT) - AROUND);
    const last = Math.ceil((top + view) / HEIGHT) + AROUND;
    const before = this.#shown;
    const focused = document.activeElement;
    this.#shown = new Map();
    let next = this.list.firstElementChild;
    const chats = rows.slice(first, last);
    for (let place = first; place < Math.min(last, this.#total()); place += 1) {
      const chat = chats[place - first];
      const key = chat?.id ?? `${place}`;
      const known = before.get(key);
      const row = known ?? newRow();
      this.#shown.set(key, row);
      if (row.item === next) next = next.nextElementSibling;
      else this.list.insertBefore(row.item, next);
      this.#fill(key, row, chat ?? null);
      row.item.ariaPosInSet = `${place + 1}`;
      row.item.ariaSetSize = rows.isComplete ? `${rows.length}` : "-1";
      row.item.style.translate = `0 ${place * HEIGHT + shift}px`;
      if (slides && before.size > 0) slide(row, known ? row.top : -HEIGHT, place * HEIGHT);
      row.top = place * HEIGHT;
    }
    for (const [key, row] of before) if (!this.#shown.has(key)) this.#leave(key, row, focused);
    // A row that moved has lost it.
    const isLost = focused !== document.activeElement && this.list.contains(focused);
    if (isLost && focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    this.#choose();
    rows.show(first, last);
  }

  /**
   * Removes a row that is out of view, unless it has the focus.
   *
   * @param {string} key
   * @param {Row} row
   * @param {Element | null} focused
   */
  #leave(key, row, focused) {
    if (row.link !== focused || this.rows().indexOf(key) < 0) {
      row.item.remove();
      return;
    }
    row.item.style.translate = `0 ${row.top + this.#position.shift}px`;
    this.#shown.set(key, row);
  }

  /**
   * @param {string} key
   * @param {Row} row
   * @param {Chat | null} chat
   */
  #fill(key, row, chat) {
    const version = chat ? versionOf(chat) : "";
    const isNew = row.version !== version;
    row.item.ariaHidden = chat ? null : "true";
    row.chat = chat;
    row.version = version;
    this.#mark(key, row);
    if (!chat || !isNew) return;
    row.link.classList.remove("loading");
    fillRow(row.link, chat);
  }

  /**
   * @param {string} key
   * @param {Row} row
   */
  #mark(key, { link, chat }) {
    if (chat) link.href = this.addressOf(chat.id);
    link.ariaCurrent = key === this.#open ? "true" : null;
  }

  /** Lets the Tab key reach one row: the active one if it is in view, or the first in view. */
  #choose() {
    const chosen = this.#active !== null && this.#shown.has(this.#active) ? this.#active : this.#first();
    for (const [key, { link }] of this.#shown) link.tabIndex = key === chosen ? 0 : -1;
  }

  #first() {
    const inView = [...this.#shown].filter(([, { top }]) => top >= this.#position.top);
    return inView.sort(([, one], [, other]) => byPlace(one, other))[0]?.[0];
  }

  /** @param {HTMLElement} target */
  #focused(target) {
    for (const [key, { link }] of this.#shown) if (link === target) this.#active = key;
    this.#choose();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const place = this.#destination(event);
    if (place === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.focus(place);
  }

  /** @param {KeyboardEvent} event */
  #destination({ key }) {
    const rows = this.rows();
    if (key === "Home") return 0;
    if (key === "End") return rows.length - 1;
    if (!(key in STEPS)) return null;
    const now = this.#active === null ? -1 : rows.indexOf(this.#active);
    const screen = Math.max(1, Math.floor(this.#position.view / HEIGHT) - 1);
    return Math.max(0, now + STEPS[key] * (key.startsWith("Page") ? screen : 1));
  }
}

/** @returns {Row} */
function newRow() {
  const link = element("a", { class: "loading" }, element("span", { class: "bar" }), element("span", { class: "bar" }));
  return { item: element("li", {}, link), link, chat: null, version: "", top: 0 };
}

/** @param {Chat} chat */
function versionOf(chat) {
  const { last_message: message } = chat;
  return [
    chat.updated_at,
    chat.display_name,
    chat.unread_count,
    chat.health_status.status,
    chat.service,
    chat.handles.length,
    message?.id,
    message?.updated_at,
    message?.delivery_status,
    new Date().toDateString(),
  ].join();
}

/**
 * @param {Row} one
 * @param {Row} other
 */
function byPlace(one, other) {
  return one.top - other.top;
}

/**
 * @param {Row} row
 * @param {number} from
 * @param {number} to
 */
function slide({ item }, from, to) {
  if (from === to) return;
  item.animate([{ translate: `0 ${from}px` }, { translate: `0 ${to}px` }], { duration: SLIDE, easing: "ease-out" });
}
