/** Webhooks: who gets events, and what left. */

import { pause } from "./api.js";
import { element } from "./dom.js";
import { Feed } from "./feed.js";
import { address } from "./router.js";
import { splitView } from "./split.js";
import { deliveryRow, noDeliveries, openDeliveryFilters } from "./webhooks-deliveries.js";
import { DeliveryDetail } from "./webhooks-delivery.js";
import { openSubscriptions } from "./webhooks-subscriptions.js";

const EVERY = 2000; // ms between two reads of the delivery that is open

/** @type {import("./app.js").OpenView} */
export function openWebhooks(app, signal) {
  let query = new URLSearchParams();
  let isNew = true;

  const filters = openDeliveryFilters((changed) => {
    location.hash = address("webhooks", split.path, changed);
  });
  const subscriptions = openSubscriptions(app, signal, (all) => filters.offer(all));
  const feed = new Feed(app.api, signal, {
    name: "Deliveries",
    noun: "delivery",
    id: (item) => item.id,
    row: (item) => deliveryRow(item, query),
    empty: () => noDeliveries(query.size > 0),
    async read(cursor, reading) {
      const given = Object.fromEntries(query);
      const answer = await app.api.get("admin/webhook-deliveries", { ...given, limit: 50, cursor }, reading);
      return { items: answer.deliveries, next: answer.next_cursor };
    },
  });
  const list = element(
    "div",
    {},
    element("h1", {}, "Webhooks"),
    subscriptions,
    element("h2", {}, "Deliveries"),
    filters.element,
    feed.element,
  );
  const sendAgain = async (/** @type {Record<string, any>} */ { id, event_id, subscription_id }) => {
    await app.api.post("admin/webhook-deliveries/resend", { event_id, subscription_id }, signal);
    app.announce("The event is sent again.");
    const latest = await app.api.get("admin/webhook-deliveries", { event_id, subscription_id, limit: 1 }, signal);
    if (latest.deliveries.length > 0 && split.path[0] === id)
      location.hash = address("webhooks", [latest.deliveries[0].id], query);
  };

  const split = splitView(list, signal, {
    kind: "webhooks",
    name: "Delivery",
    feed,
    close() {
      location.hash = address("webhooks", [], query);
    },
    async open(id, show, until) {
      const detail = new DeliveryDetail(sendAgain);
      const path = `admin/webhook-deliveries/${encodeURIComponent(id)}`;
      for (let isFirst = true; ; isFirst = false) {
        detail.show(await app.api.persist(() => app.api.get(path, {}, until), until));
        if (isFirst) show(detail.element);
        do await pause(EVERY, until);
        while (document.hidden);
      }
    },
  });

  return {
    element: split.element,
    show(place) {
      const changed = filters.show(place.query);
      if (isNew || changed.toString() !== query.toString()) {
        isNew = false;
        query = changed;
        feed.restart();
      }
      split.show(place.path[0] ?? null);
    },
  };
}
