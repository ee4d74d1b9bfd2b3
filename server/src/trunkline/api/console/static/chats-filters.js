/** The search field, and the filters of the list. What is chosen is in the address. */

import { element, fill, icon, iconButton } from "./dom.js";
import { healthText } from "./parts.js";

/** The parameters of the list that the address may have, with their names for people. */
export const FILTERS = /** @type {Record<string, string>} */ ({
  q: "Search",
  from: "Line",
  to: "Participant",
  health: "Health",
  service: "Service",
  is_group: "Kind",
  sort: "Order",
});

const HEALTHS = ["HEALTHY", "AT_RISK", "CRITICAL", "OPTED_OUT"];
const PAUSE = 250; // ms without a key before a search

/** @type {Record<string, string>} */
const VALUES = { true: "Groups", false: "Direct chats", created: "Newest chat first" };

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
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  const change = (/** @type {string} */ name, /** @type {string} */ value, replaces = false) => {
    if ((query.get(name) ?? "") === value) return;
    const changed = new URLSearchParams(query);
    if (value === "") changed.delete(name);
    else changed.set(name, value);
    choose(changed, replaces);
  };
  const later = (/** @type {string} */ name, /** @type {HTMLInputElement} */ field) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => change(name, field.value.trim(), true), PAUSE);
  };

  const search = element("input", {
    type: "search",
    maxLength: 100,
    placeholder: "Search names and handles",
    "aria-label": "Search names and handles",
    "aria-keyshortcuts": "/",
    on: { input: () => later("q", search) },
  });
  const select = (/** @type {string} */ name, /** @type {[string, string][]} */ options) => {
    const field = element(
      "select",
      { on: { change: () => change(name, field.value) } },
      ...options.map(([value, text]) => element("option", { value }, text)),
    );
    return field;
  };
  const line = select("from", [["", "All lines"]]);
  const service = select("service", [["", "All services"], ...["iMessage", "RCS", "SMS"].map(same)]);
  const kind = select("is_group", [
    ["", "All chats"],
    ["false", VALUES.false],
    ["true", VALUES.true],
  ]);
  const order = select("sort", [
    ["", "Latest message first"],
    ["created", VALUES.created],
  ]);
  const participant = element("input", {
    type: "text",
    placeholder: "+13105550111",
    autocomplete: "off",
    spellcheck: false,
    on: { change: () => change("to", participant.value.trim()) },
  });
  const boxes = HEALTHS.map((value) =>
    element("input", {
      type: "checkbox",
      value,
      on: {
        change: () =>
          change(
            "health",
            boxes
              .filter(({ checked }) => checked)
              .map((box) => box.value)
              .join(","),
          ),
      },
    }),
  );
  const labelled = (/** @type {string} */ name, /** @type {Node} */ field) =>
    element("label", {}, FILTERS[name], field);
  const panel = element(
    "div",
    { id: "chat-filters", class: "filter-panel", hidden: true },
    labelled("from", line),
    labelled("to", participant),
    labelled("service", service),
    labelled("is_group", kind),
    labelled("sort", order),
    element(
      "fieldset",
      {},
      element("legend", {}, FILTERS.health),
      ...boxes.map((box) => element("label", {}, box, healthText(box.value))),
    ),
  );
  const toggle = iconButton("filter", "Filters", () => {
    panel.hidden = !panel.hidden;
    toggle.ariaExpanded = `${!panel.hidden}`;
    showChips();
    if (!panel.hidden) loadLines();
  });
  toggle.ariaExpanded = "false";
  toggle.setAttribute("aria-controls", panel.id);
  const chips = element("ul", { class: "chips", "aria-label": "Filters in use" });

  let hasLines = false;
  const loadLines = async () => {
    if (hasLines) return;
    hasLines = true;
    const { phone_numbers: lines } = await app.api
      .persist(() => app.api.get("v3/phone_numbers", {}, signal), signal)
      .catch(() => ({ phone_numbers: [] }));
    const known = lines.map((/** @type {{ phone_number: string }} */ { phone_number }) => phone_number);
    const all = new Set([...known, query.get("from") ?? ""].filter(Boolean));
    fill(
      line,
      element("option", { value: "" }, "All lines"),
      ...[...all].map((value) => element("option", { value }, value)),
    );
    line.value = query.get("from") ?? "";
  };

  const show = (/** @type {URLSearchParams} */ shown) => {
    query = new URLSearchParams(Object.entries(filtersOf(shown)).map(([name, value]) => [name, String(value)]));
    if (document.activeElement !== search) search.value = query.get("q") ?? "";
    participant.value = query.get("to") ?? "";
    service.value = query.get("service") ?? "";
    kind.value = query.get("is_group") ?? "";
    order.value = query.get("sort") ?? "";
    line.value = query.get("from") ?? "";
    const healths = query.get("health")?.split(",") ?? [];
    for (const box of boxes) box.checked = healths.includes(box.value);
    showChips();
  };

  const showChips = () => {
    const used = [...query].filter(([name]) => name !== "q");
    toggle.classList.toggle("used", used.length > 0);
    chips.hidden = used.length === 0 || !panel.hidden;
    fill(
      chips,
      ...used.map(([name, value]) => {
        const text = textOf(name, value);
        const remove = () => {
          change(name, "");
          toggle.focus();
        };
        const label = `Remove the filter ${FILTERS[name]}: ${text}`;
        return element(
          "li",
          {},
          element(
            "button",
            { type: "button", title: label, "aria-label": label, on: { click: remove } },
            text,
            icon("close"),
          ),
        );
      }),
    );
  };

  return {
    element: element(
      "div",
      { class: "chat-filters", role: "search", "aria-label": "Chats" },
      element("div", { class: "search" }, icon("search"), search, toggle),
      panel,
      chips,
    ),
    search,
    show,
    /** Ends the search at once. */
    clear() {
      clearTimeout(waiting);
      search.value = "";
      change("q", "", true);
    },
  };
}

/**
 * @param {string} name
 * @param {string} value
 */
function textOf(name, value) {
  if (name === "health") return value.split(",").map(healthText).join(", ");
  return VALUES[value] ?? value;
}

/**
 * @param {string} value
 * @returns {[string, string]}
 */
function same(value) {
  return [value, value];
}
