/** One delivery: what was sent, every attempt and its answer, and sending it again. */

import { ApiError } from "./api.js";
import { codeBlock, headerLines } from "./code.js";
import { element, fill } from "./dom.js";
import { duration, momentOf, relativeTime, visible } from "./format.js";
import { copyButton, refusal } from "./parts.js";
import { bodyBlock, fact } from "./requests-detail.js";
import { address } from "./router.js";
import { stateBadge } from "./webhooks-deliveries.js";

/** @typedef {Record<string, any>} Delivery as the API has it */

export class DeliveryDetail {
  #facts = element("div");
  #attempts = element("div", { class: "attempts" });
  #body = element("div");
  #problem = element("div");
  #again;
  /** @type {Delivery | null} */
  #delivery = null;
  #shown = "";
  #amount = 0;

  /** @param {(delivery: Delivery) => Promise<void>} sendAgain */
  constructor(sendAgain) {
    this.#again = element("button", { type: "button", on: { click: () => this.#send(sendAgain) } }, "Send again");
    this.element = element(
      "article",
      { class: "detail" },
      this.#facts,
      element("p", {}, this.#again),
      this.#problem,
      this.#body,
      element("h2", {}, "Attempts"),
      this.#attempts,
    );
  }

  /**
   * Shows a delivery as it is now. What is open stays open.
   *
   * @param {Delivery} delivery
   */
  show(delivery) {
    const text = JSON.stringify(delivery);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#delivery = delivery;
    fill(this.#facts, ...facts(delivery));
    this.#again.hidden = delivery.event_id === null || delivery.target_url === null;
    const { request_body: body } = delivery;
    if (this.#body.childElementCount === 0 && body !== null) fill(this.#body, bodyBlock("Body", body));
    if (delivery.attempts.length < this.#amount) this.#amount = 0;
    if (this.#amount === 0) fill(this.#attempts, delivery.attempts.length === 0 && "None yet.");
    for (const each of delivery.attempts.slice(this.#amount)) {
      if (this.#amount > 0) this.#attempts.querySelector("details")?.removeAttribute("open");
      this.#attempts.prepend(attempt(each));
      this.#amount = each.attempt;
    }
  }

  /** @param {(delivery: Delivery) => Promise<void>} sendAgain */
  async #send(sendAgain) {
    if (this.#delivery === null) return;
    this.#again.disabled = true;
    fill(this.#problem);
    try {
      await sendAgain(this.#delivery);
    } catch (error) {
      fill(this.#problem, error instanceof ApiError ? refusal(error) : element("p", { class: "refusal" }, `${error}`));
    }
    this.#again.disabled = false;
  }
}

/** @param {Delivery} delivery */
function facts(delivery) {
  const { created_at, next_attempt_at, state } = delivery;
  const waits = next_attempt_at === null ? "After the events of the chat before it" : relativeTime(next_attempt_at);
  return [
    element("h1", { class: "route" }, delivery.event_type),
    element(
      "p",
      { class: "facts" },
      stateBadge(delivery),
      element(
        "span",
        { class: "secondary" },
        `${delivery.attempt_count} of ${delivery.max_attempts} attempts`,
        delivery.outcome && ` · ${delivery.outcome}`,
      ),
    ),
    element(
      "dl",
      { class: "facts-list" },
      ...fact("Target", visible(delivery.target_url ?? "The subscription was removed.")),
      ...(state === "waiting" ? fact("Next attempt", waits) : []),
      ...(created_at === null ? [] : fact("Happened", momentOf(created_at))),
      ...(delivery.event_id === null
        ? fact("Event", "No longer stored")
        : fact("Event", element("code", {}, delivery.event_id), copyButton("Copy the id", delivery.event_id))),
      ...(delivery.chat_id === null
        ? []
        : fact("Chat", element("a", { href: address("chats", [delivery.chat_id]) }, "Open the chat"))),
      ...(delivery.trace_id === null
        ? []
        : fact("Cause", element("a", { href: address("requests", [delivery.trace_id]) }, "Open the request"))),
    ),
  ];
}

/** @param {Record<string, any>} attempt */
function attempt({ attempt, timestamp, duration_ms, status, http_status_code, error_message, ...sent }) {
  const kind = { success: "healthy", retrying: "at-risk" }[/** @type {string} */ (status)] ?? "critical";
  const result = visible(error_message ?? `HTTP ${http_status_code}`);
  return element(
    "details",
    { open: true },
    element(
      "summary",
      {},
      element("strong", {}, `Attempt ${attempt}`),
      element("span", { class: kind }, result),
      element("span", { class: "secondary" }, `${duration(duration_ms)} · ${momentOf(timestamp)}`),
    ),
    codeBlock("Request headers", headerLines(Object.entries(sent.request_headers))),
    http_status_code !== null && codeBlock("Response headers", headerLines(Object.entries(sent.response_headers))),
    sent.response_body && bodyBlock("Response body", sent.response_body),
  );
}
