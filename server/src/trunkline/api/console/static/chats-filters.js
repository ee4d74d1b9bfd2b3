/** The search, and which filters of the list are in use. What is chosen is in the address. */

import { FILTERS, filterFields, filterText } from "./chats-fields.js";
import { element, fill, icon, iconButton } from "./dom.js";

const PAUSE = 250; // ms without a key before a search

/**
 * What the address filters by.
 *
 * @param {URLSearchParams} query
 * @returns {import("./api.js").Query}
 */
export function filtersOf(query) {
  const given = Object.keys(FILTERS).map((name) => [name, query.get(name)]);
  return Object.fromEntries(given.filter(([, value]) => value));
}

/**
 * @param {import("./app.js").App} app
 * @param {AbortSignal} signal
 * @param {(query: URLSearchParams, replaces: boolean) => void} choose called with the filters that are chosen; while a
 *   text is written, they replace those of the address
 */
export function openFilters(app, signal, choose) {
  let query = new URLSearchParams();
  /** @type {ReturnType<typeof setTimeout> | null} */
  let waiting = null;

  const change = (/** @type {string} */ name, /** @type {string} */ value, replaces = false) => {
    if ((query.get(name) ?? "") === value) return;
    const changed = new URLSearchParams(query);
    if (value === "") changed.delete(name);
    else changed.set(name, value);
    choose(changed, replaces);
  };
  const begin = () => {
    stop();
    waiting = setTimeout(() => {
      waiting = null;
      change("q", search.value.trim(), true);
    }, PAUSE);
  };
  const stop = () => {
    if (waiting !== null) clearTimeout(waiting);
    waiting = null;
  };
  const search = element("input", {
    type: "search",
    maxLength: 100,
    placeholder: "Search names and handles",
    "aria-label": "Search names and handles",
    "aria-keyshortcuts": "/",
    on: { input: begin },
  });
  const fields = filterFields(app, signal, change);
  const toggle = iconButton("filter", "Filters", () => {
    const isOpen = fields.element.hidden;
    fields.element.hidden = !isOpen;
    toggle.ariaExpanded = `${isOpen}`;
    showChips();
    if (isOpen) fields.loadLines();
  });
  toggle.ariaExpanded = "false";
  toggle.setAttribute("aria-controls", fields.element.id);
  const chips = element("ul", { class: "chips", "aria-label": "Filters in use" });
  signal.addEventListener("abort", stop, { once: true });

  /** Names the filters in use while the fields do not show them. */
  const showChips = () => {
    const used = [...query].filter(([name]) => name !== "q");
    toggle.classList.toggle("used", used.length > 0);
    chips.hidden = used.length === 0 || !fields.element.hidden;
    fill(chips, ...(chips.hidden ? [] : used.map(([name, value]) => chip(name, value))));
  };
  const chip = (/** @type {string} */ name, /** @type {string} */ value) => {
    const text = filterText(name, value);
    const label = `Remove the filter ${FILTERS[name]}: ${text}`;
    const remove = () => {
      change(name, "");
      toggle.focus();
    };
    const properties = { type: "button", title: label, "aria-label": label, on: { click: remove } };
    return element("li", {}, element("button", properties, text, icon("close")));
  };

  return {
    element: element(
      "div",
      { class: "chat-filters", role: "search", "aria-label": "Chats" },
      element("div", { class: "search" }, icon("search"), search, toggle),
      fields.element,
      chips,
    ),
    search,
    /** @param {URLSearchParams} shown */
    show(shown) {
      query = new URLSearchParams(Object.entries(filtersOf(shown)).map(([name, value]) => [name, String(value)]));
      const text = query.get("q") ?? "";
      if (waiting === null && search.value.trim() !== text) search.value = text;
      fields.show(query);
      showChips();
    },
    /** Ends the search at once. */
    clear() {
      stop();
      search.value = "";
      change("q", "", true);
    },
  };
}
