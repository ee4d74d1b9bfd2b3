/** The filters of the requests. What is chosen is in the address. */

import { element } from "./dom.js";
import { address } from "./router.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const STATUSES = ["2xx", "3xx", "4xx", "5xx"];
const TRACE_ID = /^[0-9a-f]{32}$/;
const PAUSE = 250; // ms without a key before a search

/**
 * @param {(query: URLSearchParams, replaces: boolean) => void} choose called with what is chosen; while a text is
 *   written, it replaces the address
 */
export function openRequestFilters(choose) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const search = () => {
    clearTimeout(waiting);
    const text = path.value.trim();
    if (TRACE_ID.test(text)) location.hash = address("requests", [text]);
    else waiting = setTimeout(() => choose(chosen(), true), PAUSE);
  };
  const path = element("input", {
    type: "search",
    maxLength: 200,
    placeholder: "Path or trace id",
    "aria-label": "Path or trace id",
    spellcheck: false,
    on: { input: search },
  });
  const change = () => choose(chosen(), false);
  const method = select("Method", "All methods", METHODS, change);
  const status = select("Status", "Any status", STATUSES, change);
  const errors = element("input", { type: "checkbox", on: { change } });
  const chosen = () =>
    nonEmpty({
      method: method.value,
      status: status.value,
      path: TRACE_ID.test(path.value.trim()) ? "" : path.value.trim(),
      errors: errors.checked ? "true" : "",
    });

  return {
    element: element(
      "form",
      { class: "filters", role: "search", on: { submit: (/** @type {Event} */ event) => event.preventDefault() } },
      path,
      method,
      status,
      element("label", {}, errors, "Errors only"),
    ),
    /**
     * Shows what an address filters by, and returns it.
     *
     * @param {URLSearchParams} query
     */
    show(query) {
      const value = (/** @type {string} */ name) => query.get(name) ?? "";
      if (document.activeElement !== path) path.value = value("path");
      choice(method, value("method"));
      choice(status, value("status"));
      errors.checked = value("errors") === "true";
      const [named, rated] = [value("method"), value("status")];
      return nonEmpty({ method: named, status: rated, path: value("path"), errors: value("errors") });
    },
  };
}

/**
 * @param {string} name
 * @param {string} all what the first choice, of any value, is called
 * @param {string[]} values
 * @param {() => void} change
 */
function select(name, all, values, change) {
  return element(
    "select",
    { "aria-label": name, on: { change } },
    element("option", { value: "" }, all),
    ...values.map((value) => element("option", { value }, value)),
  );
}

/**
 * Chooses a value, also one that only an address has.
 *
 * @param {HTMLSelectElement} field
 * @param {string} value
 */
function choice(field, value) {
  if (![...field.options].some((option) => option.value === value)) field.append(element("option", { value }, value));
  field.value = value;
}

/** @param {Record<string, string>} values */
function nonEmpty(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
}
