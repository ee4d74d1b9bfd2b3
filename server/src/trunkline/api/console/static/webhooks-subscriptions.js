/** The subscriptions: each with what it gets, whether it is active, and a way to remove it. */

import { ApiError } from "./api.js";
import { element, fill } from "./dom.js";
import { count, visible } from "./format.js";
import { copyButton, isolated, refusal, skeleton } from "./parts.js";
import { subscriptionForm } from "./webhooks-form.js";

/** @typedef {Record<string, any>} Subscription as the API has it */

/**
 * @param {import("./app.js").App} app
 * @param {AbortSignal} signal
 * @param {(all: Subscription[]) => void} know called with the subscriptions whenever they were read
 */
export function openSubscriptions(app, signal, know) {
  const rows = element("ul", { class: "subscriptions", "aria-label": "Subscriptions" });
  const place = element("div");
  const add = element("button", { type: "button", on: { click: () => openForm() } }, "New subscription");

  const openForm = () => {
    add.hidden = true;
    const close = () => {
      fill(place);
      add.hidden = false;
      add.focus();
    };
    const made = async (/** @type {Subscription} */ subscription) => {
      fill(place, secret(subscription, close));
      place.querySelector("button")?.focus();
      app.announce("The subscription was made.");
      await read();
    };
    const form = subscriptionForm(app, signal, made, close);
    fill(place, form);
    form.querySelector("input")?.focus();
  };

  /** @param {Subscription} subscription */
  const row = (subscription) => {
    const problem = element("div");
    const actions = element("span", { class: "actions" });
    const act = async (/** @type {() => Promise<unknown>} */ action, /** @type {string} */ done) => {
      try {
        await action();
        app.announce(done);
        await read();
        add.focus();
      } catch (error) {
        if (error instanceof ApiError) fill(problem, refusal(error));
        else if (!signal.aborted) fill(problem, element("p", { class: "refusal" }, `${error}`));
      }
    };
    const path = `v3/webhook-subscriptions/${subscription.id}`;
    const set = (/** @type {boolean} */ is_active) =>
      act(
        () => app.api.request("PUT", path, { body: { is_active }, signal }),
        is_active ? "The subscription gets events again." : "The subscription gets no more events.",
      );
    const remove = () => act(() => app.api.request("DELETE", path, { signal }), "The subscription was removed.");
    const dropped = "Deliveries that wait are dropped.";
    const offer = () =>
      fill(
        actions,
        subscription.is_active
          ? button("Turn off", () =>
              ask(`${dropped} Events are not sent until you turn it on.`, "Turn off", () => set(false)),
            )
          : button("Turn on", () => set(true)),
        button("Remove", () => ask(`${dropped} The signing secret is deleted.`, "Remove", remove)),
      );
    const ask = (/** @type {string} */ consequence, /** @type {string} */ yes, /** @type {() => void} */ action) => {
      const keep = () => {
        offer();
        actions.querySelector("button")?.focus();
      };
      const sure = button(yes, action);
      sure.classList.add("danger");
      fill(actions, element("span", { role: "alert" }, consequence), sure, button("Cancel", keep));
      sure.focus();
    };
    offer();
    return element(
      "li",
      {},
      element("strong", { class: "target", title: visible(subscription.target_url) }, visible(subscription.target_url)),
      element(
        "span",
        { class: "secondary" },
        subscription.is_active ? "Active" : "Off",
        ` · ${subscription.webhook_version}`,
        subscription.phone_numbers && ` · only ${subscription.phone_numbers.join(", ")}`,
      ),
      element(
        "details",
        {},
        element("summary", {}, count(subscription.subscribed_events.length, "event")),
        element("p", {}, subscription.subscribed_events.join(", ")),
      ),
      actions,
      problem,
    );
  };

  const read = async () => {
    const get = () => app.api.get("v3/webhook-subscriptions", {}, signal);
    const { subscriptions } = await app.api.persist(get, signal);
    const none = element("li", { class: "secondary" }, "None yet. A subscription sends events to a URL of yours.");
    fill(rows, ...(subscriptions.length === 0 ? [none] : subscriptions.map(row)));
    know(subscriptions);
  };

  fill(rows, element("li", {}, skeleton(1, "feed-row")));
  read().catch((error) => {
    if (signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    fill(rows, element("li", {}, refusal(error)));
  });
  return element(
    "div",
    {},
    element("div", { class: "bar-of-list" }, element("h2", {}, "Subscriptions"), add),
    place,
    rows,
  );
}

/**
 * The signing secret of a new subscription. The API does not show it again.
 *
 * @param {Subscription} subscription
 * @param {() => void} close
 */
function secret({ signing_secret, target_url }, close) {
  return element(
    "div",
    { class: "secret" },
    element("h3", {}, "The signing secret"),
    element("p", {}, "It verifies what is sent to ", isolated(target_url), ". Store it now: it is not shown again."),
    element(
      "div",
      { class: "command" },
      element("pre", { tabIndex: 0 }, signing_secret),
      copyButton("Copy the secret", signing_secret),
    ),
    button("I have stored it", close),
  );
}

/**
 * @param {string} text
 * @param {() => void} press
 */
function button(text, press) {
  return element("button", { type: "button", on: { click: press } }, text);
}
