/** How messages to a phone are delivered: its rule, and the messages that have not arrived. */

import { simulate } from "./conversation-side.js";
import { element, fill } from "./dom.js";
import { summaryOf } from "./message.js";

/** @typedef {import("./conversation-messages.js").Message} Message */
/** @typedef {Record<string, any>} Rule a loopback rule of the API */

/**
 * @typedef {object} Kind a kind of rule that can be chosen
 * @property {string} name
 * @property {{ label: string, type: "number" | "text", value: string }} [field]
 * @property {(value: string) => Rule} rule
 */

/** @type {Record<string, Kind>} */
const KINDS = {
  at_once: { name: "Arrive at once", rule: () => ({}) },
  read: { name: "Are read at once", rule: () => ({ reads: true }) },
  slow: {
    name: "Are slow",
    field: { label: "Seconds", type: "number", value: "10" },
    rule: (value) => ({ delay_seconds: Number(value) }),
  },
  sms: { name: "Fall back to SMS", rule: () => ({ services: ["SMS"] }) },
  held: { name: "Are held until you decide", rule: () => ({ holds: true }) },
  fail: {
    name: "Fail",
    field: { label: "Reason", type: "text", value: "no such number" },
    rule: (value) => ({ fail: value }),
  },
  away: {
    name: "Wait: the carrier is away",
    field: { label: "Seconds", type: "number", value: "30" },
    rule: (value) => ({ away_seconds: Number(value) }),
  },
};

const UNDERWAY = new Set(["pending", "queued", "sent"]);
const MOST = 5;

export class PhoneDelivery {
  #rule = element("form", { class: "rule" });
  #underway = element("ul", { class: "underway", "aria-label": "Not on the phone" });
  #handle = "";
  /** Messages that failed can be delivered late. @type {string} */
  #shown = "";
  element = element("div", { class: "phone-delivery" }, this.#rule, this.#underway);

  /**
   * @param {import("./api.js").Api} api
   * @param {AbortSignal} signal
   * @param {(doing: Promise<unknown>) => void} attempt
   */
  constructor(api, signal, attempt) {
    this.#api = api;
    this.#signal = signal;
    this.#attempt = attempt;
  }
  #api;
  #signal;
  #attempt;

  /**
   * @param {string} handle
   * @param {Message[]} messages oldest first
   */
  show(handle, messages) {
    if (handle !== this.#handle) {
      this.#handle = handle;
      this.#read();
    }
    const left = messages.filter((each) => each.is_from_me && UNDERWAY.has(each.delivery_status));
    const failed = messages.findLast((each) => each.is_from_me && each.delivery_status === "failed");
    const listed = [...left.slice(-MOST), ...(failed && left.length < MOST ? [failed] : [])];
    const signature = listed.map((each) => `${each.id} ${each.delivery_status}`).join();
    if (signature === this.#shown) return;
    this.#shown = signature;
    fill(this.#underway, ...listed.map((each) => this.#item(each)));
  }

  /** @param {Message} message */
  #item(message) {
    const act = (/** @type {string} */ action) => () =>
      this.#attempt(this.#simulate({ action, message_id: message.id }));
    const button = (/** @type {string} */ name, /** @type {string} */ action) =>
      element("button", { type: "button", on: { click: act(action) } }, name);
    const isFailed = message.delivery_status === "failed";
    return element(
      "li",
      {},
      element(
        "span",
        { class: "what" },
        element("b", {}, isFailed ? "Failed" : message.delivery_status === "sent" ? "Held" : "On its way"),
        element("span", { dir: "auto" }, summaryOf(message)),
      ),
      button(isFailed ? "Deliver late" : "Deliver", "deliver"),
      !isFailed && button("Fail", "fail"),
    );
  }

  async #read() {
    const rules = await this.#simulate({ action: "rules" }).then(
      (said) => said.rules,
      () => null, // the rest of the page says what is wrong
    );
    if (rules === null) return;
    const own = rules.find((/** @type {any} */ each) => each.handle === this.#handle);
    const everyone = rules.find((/** @type {any} */ each) => each.handle === null);
    this.#showRule(own?.rule ?? everyone?.rule ?? {}, !own && everyone !== undefined);
  }

  /**
   * @param {Rule} rule
   * @param {boolean} isForEveryone
   */
  #showRule(rule, isForEveryone) {
    const chosen = kindOf(rule);
    const option = (/** @type {string} */ value, /** @type {string} */ name) =>
      element("option", { value, selected: value === chosen }, name);
    const select = element(
      "select",
      { id: "rule" },
      ...Object.entries(KINDS).map(([kind, { name }]) => option(kind, name)),
      chosen === "other" && option("other", `Other: ${JSON.stringify(rule)}`),
    );
    const extra = element("span", { class: "extra" });
    const showField = () => {
      const field = KINDS[select.value]?.field;
      const value = String(Object.values(rule)[0] ?? field?.value);
      const given = select.value === chosen ? value : field?.value;
      fill(
        extra,
        field &&
          element("input", { type: field.type, value: given, "aria-label": field.label, min: 1, required: true }),
      );
    };
    select.addEventListener("change", () => {
      showField();
      if (KINDS[select.value]?.field) extra.querySelector("input")?.select();
      this.#set(select.value, extra.querySelector("input")?.value ?? "");
    });
    extra.addEventListener("change", () => {
      const field = extra.querySelector("input");
      if (field?.reportValidity()) this.#set(select.value, field.value);
    });
    this.#rule.onsubmit = (event) => event.preventDefault();
    fill(
      this.#rule,
      element("label", { htmlFor: "rule" }, "Messages to this phone"),
      select,
      extra,
      isForEveryone && element("small", { class: "secondary" }, "By the rule for everyone"),
    );
    showField();
  }

  /**
   * @param {string} kind
   * @param {string} value
   */
  #set(kind, value) {
    const chosen = KINDS[kind];
    if (chosen) this.#attempt(this.#simulate({ action: "set_rule", handle: this.#handle, rule: chosen.rule(value) }));
  }

  /** @param {Record<string, unknown> & { action: string }} body */
  #simulate(body) {
    return simulate(this.#api, body, this.#signal);
  }
}

/** @param {Rule} rule */
function kindOf(rule) {
  const names = Object.keys(rule);
  if (names.length === 0) return "at_once";
  if (names.length > 1) return "other";
  const byName = { reads: "read", delay_seconds: "slow", holds: "held", fail: "fail", away_seconds: "away" };
  if (rule.services) return JSON.stringify(rule.services) === '["SMS"]' ? "sms" : "other";
  return byName[/** @type {keyof typeof byName} */ (names[0])] ?? "other";
}
