/** The list of deliveries: its rows and its filters. */

import { element, fill } from "./dom.js";
import { logTime, momentOf, visible } from "./format.js";
import { copyButton, emptyState } from "./parts.js";
import { address } from "./router.js";

/** @type {Record<string, { text: string, kind: string }>} */
const STATES = {
  waiting: { text: "Waiting", kind: "at-risk" },
  done: { text: "Delivered", kind: "healthy" },
  failed: { text: "Failed", kind: "critical" },
};
const LISTEN = "trunkline webhooks listen PARTNER --forward-to http://localhost:3000/webhooks";

/**
 * The state of a delivery. That one waits is worth a colour only after an attempt.
 *
 * @param {Record<string, any>} delivery
 */
export function stateBadge({ state, attempt_count }) {
  const { text, kind } = STATES[state] ?? { text: state, kind: "" };
  return element("span", { class: `state ${attempt_count === 0 && state === "waiting" ? "secondary" : kind}` }, text);
}

/**
 * @param {import("./feed.js").Item} delivery
 * @param {URLSearchParams} query
 */
export function deliveryRow(delivery, query) {
  const time = delivery.created_at ?? delivery.updated_at;
  const outcome = delivery.state === "done" ? null : delivery.outcome;
  const target = visible(delivery.target_url ?? "(removed)");
  return element(
    "a",
    { class: "feed-row", href: address("webhooks", [delivery.id], query), data: { opens: delivery.id } },
    element("code", { class: "event" }, delivery.event_type),
    element("span", { class: "path secondary", title: target }, target),
    element("span", { class: "result" }, stateBadge(delivery), outcome && element("small", {}, ` ${outcome}`)),
    element("span", { class: "secondary took" }, `${delivery.attempt_count} of ${delivery.max_attempts}`),
    element("time", { class: "secondary", dateTime: time, title: momentOf(time) }, logTime(time)),
  );
}

/** @param {boolean} isFiltered */
export function noDeliveries(isFiltered) {
  if (isFiltered) {
    return emptyState(
      "No delivery matches",
      element("p", {}, "Change the filters, or show all deliveries."),
      element("a", { href: address("webhooks") }, "Show all deliveries"),
    );
  }
  return emptyState(
    "No deliveries yet",
    element("p", {}, "Each event that is sent to a subscription appears here. To see events in a program of yours:"),
    element(
      "div",
      { class: "command" },
      element("pre", { tabIndex: 0 }, LISTEN),
      copyButton("Copy the command", LISTEN),
    ),
  );
}

/**
 * The filters of the deliveries. What is chosen is in the address.
 *
 * @param {(query: URLSearchParams) => void} choose
 */
export function openDeliveryFilters(choose) {
  /** @type {Map<string, string>} */
  let targets = new Map();
  let shown = new URLSearchParams();
  const change = () => choose(chosen({ subscription_id: subscription.value, state: state.value }));
  const subscription = element("select", { "aria-label": "Subscription", on: { change } });
  const state = element(
    "select",
    { "aria-label": "State", on: { change } },
    element("option", { value: "" }, "Any state"),
    ...Object.entries(STATES).map(([value, { text }]) => element("option", { value }, text)),
  );
  const showSubscriptions = () => {
    const named = shown.get("subscription_id") ?? "";
    const ids = new Set([...targets.keys(), named].filter(Boolean));
    fill(
      subscription,
      element("option", { value: "" }, "All subscriptions"),
      ...[...ids].map((id) => element("option", { value: id }, visible(targets.get(id) ?? id))),
    );
    subscription.value = named;
  };
  return {
    element: element("div", { class: "filters", role: "search", "aria-label": "Deliveries" }, subscription, state),
    /**
     * Offers the subscriptions that exist.
     *
     * @param {Record<string, any>[]} all
     */
    offer(all) {
      targets = new Map(all.map(({ id, target_url }) => [id, target_url]));
      showSubscriptions();
    },
    /**
     * Shows what an address filters by, and returns it.
     *
     * @param {URLSearchParams} query
     */
    show(query) {
      const [subscription_id, named] = [query.get("subscription_id") ?? "", query.get("state") ?? ""];
      shown = chosen({ subscription_id, state: named });
      showSubscriptions();
      state.value = named;
      return shown;
    },
  };
}

/** @param {Record<string, string>} values */
function chosen(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
}
