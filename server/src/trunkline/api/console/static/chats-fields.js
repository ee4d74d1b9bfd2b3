/** The fields for the filters of the list, one for each parameter of the API. */

import { element, fill } from "./dom.js";
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
const SERVICES = ["iMessage", "RCS", "SMS"];
const TEXTS = new Map([
  ["true", "Groups"],
  ["false", "Direct chats"],
  ["created", "Newest chat first"],
]);

/**
 * The value of a filter for people.
 *
 * @param {string} name
 * @param {string} value
 */
export function filterText(name, value) {
  return name === "health" ? value.split(",").map(healthText).join(", ") : (TEXTS.get(value) ?? value);
}

/**
 * @param {import("./app.js").App} app
 * @param {AbortSignal} signal
 * @param {(name: string, value: string) => void} change called when a field gets another value; "" is none
 */
export function filterFields(app, signal, change) {
  const select = (/** @type {string} */ name, /** @type {string} */ all, /** @type {string[]} */ values) =>
    element(
      "select",
      { name, on: { change: report } },
      element("option", { value: "" }, all),
      ...values.map((value) => element("option", { value }, filterText(name, value))),
    );
  const report = (/** @type {Event} */ { target }) => {
    const { name, value } = /** @type {HTMLSelectElement | HTMLInputElement} */ (target);
    change(name, value.trim());
  };
  const reportHealth = () => {
    const checked = boxes.filter((box) => box.checked);
    change("health", checked.map(({ value }) => value).join(","));
  };
  const line = select("from", "All lines", []);
  const participant = element("input", {
    type: "text",
    name: "to",
    placeholder: "+13105550111",
    autocomplete: "off",
    spellcheck: false,
    on: { change: report },
  });
  const fields = [
    line,
    participant,
    select("service", "All services", SERVICES),
    select("is_group", "All chats", ["false", "true"]),
    select("sort", "Latest message first", ["created"]),
  ];
  const boxes = HEALTHS.map((value) => element("input", { type: "checkbox", value, on: { change: reportHealth } }));
  const health = element(
    "fieldset",
    {},
    element("legend", {}, FILTERS.health),
    ...boxes.map((box) => element("label", {}, box, healthText(box.value))),
  );

  /** @param {string[]} known */
  const setLines = (known) => {
    const { value } = line;
    const options = [...new Set([...known, value])].filter(Boolean);
    fill(
      line,
      element("option", { value: "" }, "All lines"),
      ...options.map((option) => element("option", { value: option }, option)),
    );
    line.value = value;
  };
  return {
    element: element(
      "div",
      { id: "chat-filters", class: "filter-panel", hidden: true },
      ...fields.map((field) => element("label", {}, FILTERS[field.name], field)),
      health,
    ),
    /** @param {URLSearchParams} query */
    show(query) {
      const from = query.get("from");
      if (from && ![...line.options].some(({ value }) => value === from)) line.append(new Option(from, from));
      for (const field of fields) field.value = query.get(field.name) ?? "";
      const healths = query.get("health")?.split(",") ?? [];
      for (const box of boxes) box.checked = healths.includes(box.value);
    },
    async loadLines() {
      const read = () => app.api.get("v3/phone_numbers", {}, signal);
      const { phone_numbers: lines } = await app.api.persist(read, signal).catch(() => ({ phone_numbers: [] }));
      setLines(lines.map((/** @type {{ phone_number: string }} */ { phone_number }) => phone_number));
    },
  };
}
