/** Lines: how each is rated and why, the health of its chats, and its messages by day. */

import { ApiError, pause } from "./api.js";
import { element, fill } from "./dom.js";
import { number } from "./format.js";
import { emptyState, healthBadge, refusal, skeleton } from "./parts.js";
import { plot } from "./plot.js";
import { dayText } from "./plot-canvas.js";
import { address } from "./router.js";

const DAYS = 30;
const EVERY = 30_000; // ms between two reads
const SOON = 1000; // ms, while the service is still counting
const STATUSES = ["HEALTHY", "AT_RISK", "CRITICAL", "OPTED_OUT"];

/** @typedef {Record<string, any>} Line the statistics of a line, as the API has them */

/** @type {import("./app.js").OpenView} */
export function openLines(app, signal) {
  const counting = element("p", { class: "banner", hidden: true }, "Older messages are still being counted.");
  const cards = element("div", { class: "cards" }, skeleton(3, "card"));
  /** @type {Map<string, { text: string, card: HTMLElement }>} */
  const known = new Map();

  /** @param {Line} line */
  const cardOf = (line) => {
    const text = JSON.stringify(line);
    const before = known.get(line.id);
    const isInUse = before?.card.matches(":hover, :focus-within");
    if (before && (before.text === text || isInUse)) return before.card;
    const made = card(line);
    known.set(line.id, { text, card: made });
    return made;
  };
  const follow = async () => {
    for (;;) {
      const read = () => app.api.get("admin/lines/statistics", { days: DAYS }, signal);
      const { lines, is_complete } = await app.api.persist(read, signal);
      counting.hidden = is_complete;
      const shown = lines.length === 0 ? [noLines()] : lines.map(cardOf);
      if (shown.some((/** @type {Node} */ each, /** @type {number} */ index) => cards.children[index] !== each)) {
        fill(cards, ...shown);
      }
      do await pause(is_complete ? EVERY : SOON, signal);
      while (document.hidden);
    }
  };
  follow().catch((error) => {
    if (signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    fill(cards, refusal(error));
  });
  return { element: element("section", { class: "lines" }, element("h1", {}, "Lines"), counting, cards), show() {} };
}

function noLines() {
  return emptyState(
    "No lines yet",
    element("p", {}, "The operator of the service adds one:"),
    element("pre", { tabIndex: 0 }, 'trunkline line add "PARTNER" +12025550100'),
  );
}

/** @param {Line} line */
function card({ phone_number, label, reputation, health, days }) {
  const chats = (/** @type {string} */ status) => address("chats", [], query({ from: phone_number, health: status }));
  const sent = { name: "sent", of: (/** @type {Line} */ day) => day.sent, kind: "first" };
  const received = { name: "received", of: (/** @type {Line} */ day) => day.received, kind: "second" };
  const replies = { name: "replies", of: (/** @type {Line} */ day) => day.replies, kind: "first" };
  return element(
    "article",
    { class: "card", "aria-label": phone_number },
    element(
      "div",
      { class: "card-head" },
      element("h2", {}, element("a", { href: address("chats", [], query({ from: phone_number })) }, phone_number)),
      label && element("span", { class: "secondary" }, label),
      healthBadge(reputation.status),
    ),
    element(
      "p",
      { class: "secondary" },
      reputation.reason,
      " ",
      element("a", { href: reputation.doc_url, rel: "noreferrer" }, "What decides it"),
    ),
    health.chats > 0 && bar(health),
    element(
      "ul",
      { class: "counts" },
      ...STATUSES.map((status) =>
        element(
          "li",
          {},
          element("a", { href: chats(status) }, healthBadge(status), element("strong", {}, number(health[status]))),
        ),
      ),
    ),
    !health.is_complete &&
      element("p", { class: "secondary" }, `Of the ${number(health.chats)} chats that changed last.`),
    plot("Messages a day", days, [sent, received]),
    plot("Replies a day", days, [replies]),
    figures(days),
  );
}

/**
 * The chats by health, as a bar. The figures stand below it.
 *
 * @param {Record<string, number>} health
 */
function bar(health) {
  const parts = STATUSES.filter((status) => health[status] > 0).map((status) => {
    const part = element("span", { class: `part ${status.toLowerCase().replace("_", "-")}` });
    part.style.flexGrow = String(health[status]);
    return part;
  });
  return element("div", { class: "health-bar", "aria-hidden": "true" }, ...parts);
}

/** @param {Line[]} days */
function figures(days) {
  const head = ["Day (UTC)", "Sent", "Received", "Replies"].map((name) => element("th", { scope: "col" }, name));
  const rows = [...days]
    .reverse()
    .map(({ date, sent, received, replies }) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, dayText(date)),
        ...[sent, received, replies].map((value) => element("td", {}, number(value))),
      ),
    );
  return element(
    "details",
    { class: "figures" },
    element("summary", {}, "Figures"),
    element(
      "div",
      { class: "table-box", tabIndex: 0, role: "region", "aria-label": "Figures" },
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)),
    ),
  );
}

/** @param {Record<string, string>} values */
function query(values) {
  return new URLSearchParams(values);
}
