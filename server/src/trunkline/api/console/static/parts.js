/** Parts that several views are made of. */

import { element, icon, iconButton } from "./dom.js";
import { visible } from "./format.js";
import { address } from "./router.js";

/** @type {Record<string, { symbol: string, text: string }>} */
const HEALTH = {
  HEALTHY: { symbol: "healthy", text: "Healthy" },
  AT_RISK: { symbol: "at-risk", text: "At risk" },
  CRITICAL: { symbol: "critical", text: "Critical" },
  OPTED_OUT: { symbol: "opted-out", text: "Opted out" },
};

/** @type {Record<string, string>} */
const STATUS = { pending: "Pending", sent: "Sent", delivered: "Delivered", read: "Read", failed: "Failed" };

/**
 * The health of a chat or the reputation of a line, as an icon and a word.
 *
 * @param {string} status as the API names it
 * @param {{ compact?: boolean }} [options] compact: the word is for screen readers and the tooltip
 */
export function healthBadge(status, { compact = false } = {}) {
  const { symbol, text } = HEALTH[status] ?? { symbol: "at-risk", text: status };
  return element(
    "span",
    { class: `health ${symbol}`, title: compact ? text : null },
    icon(symbol),
    element("span", { class: compact ? "visually-hidden" : "" }, text),
  );
}

/** @param {string} status of health, as the API names it */
export function healthText(status) {
  return HEALTH[status]?.text ?? status;
}

/**
 * The delivery status of a message of the line, as an icon.
 *
 * @param {string} status as the API names it
 */
export function statusIcon(status) {
  const text = STATUS[status] ?? status;
  return element(
    "span",
    { class: `status ${status}`, title: text },
    icon(status in STATUS ? status : "pending"),
    element("span", { class: "visually-hidden" }, text),
  );
}

/**
 * A service, as a dot with a colour and a shape of its own.
 *
 * @param {string} service as the API names it
 */
export function serviceDot(service) {
  return element(
    "span",
    { class: `service ${service.toLowerCase()}`, title: service },
    element("span", { class: "visually-hidden" }, service),
  );
}

/**
 * The initials of a person, or of two if it is a group. It is decoration: the name stands beside it.
 *
 * @param {string[]} names of the people; the first two are shown
 */
export function avatar(names) {
  const shown = names.slice(0, 2);
  return element(
    "span",
    { class: shown.length > 1 ? "avatar group" : "avatar", "aria-hidden": "true" },
    ...shown.map((name) => element("span", {}, initials(name))),
  );
}

/** @param {string} name a name, an email address or a number, whose last two digits tell it from others */
function initials(name) {
  if (/^\+?[\d\s()-]+$/.test(name)) return name.replace(/\D/g, "").slice(-2);
  const words = name.split("@")[0].split(/[\s._,-]+/u);
  const letters = words.map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? "").filter(Boolean);
  return letters.slice(0, 2).join("").toLocaleUpperCase() || "#";
}

/**
 * A button that copies a text, and says for a moment that it has.
 *
 * @param {string} label what it copies: "Copy the id"
 * @param {string | (() => string)} text
 */
export function copyButton(label, text) {
  const button = iconButton("copy", label, async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      say("Copied", "healthy");
    } catch {
      say("The browser does not allow copying", "failed");
    }
  });
  const say = (/** @type {string} */ words, /** @type {string} */ symbol) => {
    button.replaceChildren(icon(symbol));
    button.title = words;
    button.setAttribute("aria-label", words);
    setTimeout(() => {
      button.replaceChildren(icon("copy"));
      button.title = label;
      button.setAttribute("aria-label", label);
    }, 1500);
  };
  return button;
}

/**
 * Rows in the place of those that are being loaded. They appear after 150 ms, so that what is quick does not flicker.
 *
 * @param {number} rows
 * @param {string} kind the class that gives them the height of the rows that come
 */
export function skeleton(rows, kind) {
  const row = () =>
    element("div", { class: `skeleton ${kind}` }, element("span", { class: "bar" }), element("span", { class: "bar" }));
  return element("div", { class: "skeletons", "aria-hidden": "true" }, ...Array.from({ length: rows }, row));
}

/**
 * What to do where there is nothing yet.
 *
 * @param {string} title
 * @param {...import("./dom.js").Child} children
 */
export function emptyState(title, ...children) {
  return element("div", { class: "empty" }, element("h2", {}, title), ...children);
}

/**
 * A name, or anything else that somebody has written, within a sentence: whatever it has, the sentence reads as it does.
 *
 * @param {string} text
 */
export function isolated(text) {
  return element("bdi", {}, visible(text));
}

/**
 * What the API said when it refused, with the page that explains it and the request in the journal.
 *
 * @param {{ message: string, docUrl?: string | null, code?: number, traceId?: string | null }} error
 */
export function refusal(error) {
  return element(
    "p",
    { class: "refusal", role: "alert" },
    isolated(error.message),
    error.docUrl && " ",
    error.docUrl && element("a", { href: error.docUrl }, `Error ${error.code}`),
    error.traceId && " · ",
    error.traceId && element("a", { href: address("requests", [error.traceId]) }, "The request"),
  );
}
