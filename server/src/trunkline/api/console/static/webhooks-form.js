/** The form that makes a subscription. */

import { ApiError } from "./api.js";
import { element, fill } from "./dom.js";
import { refusal } from "./parts.js";

const VERSIONS = ["2026-02-03", "2025-01-01"]; // of the payload, the latest first

/**
 * @param {import("./app.js").App} app
 * @param {AbortSignal} signal
 * @param {(subscription: Record<string, any>) => Promise<void>} made called with the new subscription
 * @param {() => void} close
 */
export function subscriptionForm(app, signal, made, close) {
  const url = element("input", {
    type: "url",
    required: true,
    placeholder: "https://example.com/webhooks",
    autocomplete: "off",
    spellcheck: false,
  });
  const version = element("select", {}, ...VERSIONS.map((value) => element("option", { value }, value)));
  const all = element("input", { type: "checkbox", checked: true, on: { change: () => mark(all.checked) } });
  const boxes = element("div", { class: "boxes" });
  const problem = element("div");
  const subscribe = element("button", { type: "submit", class: "primary" }, "Subscribe");
  const fields = () => /** @type {HTMLInputElement[]} */ ([...boxes.querySelectorAll("input")]);
  const mark = (/** @type {boolean} */ checked) => {
    for (const box of fields()) box.checked = checked;
  };
  const count = () => {
    all.checked = fields().every(({ checked }) => checked);
    all.indeterminate = !all.checked && fields().some(({ checked }) => checked);
  };
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const subscribed_events = fields()
      .filter(({ checked }) => checked)
      .map(({ value }) => value);
    subscribe.disabled = true;
    const body = { target_url: versioned(url.value.trim(), version.value), subscribed_events };
    try {
      await made(await app.api.post("v3/webhook-subscriptions", body, signal));
    } catch (error) {
      if (!signal.aborted) fill(problem, error instanceof ApiError ? refusal(error) : `${error}`);
    }
    subscribe.disabled = false;
  };
  const readEvents = async () => {
    const get = () => app.api.get("v3/webhook-events", {}, signal);
    const { events } = await app.api.persist(get, signal);
    fill(
      boxes,
      ...events.map((/** @type {string} */ value) =>
        element(
          "label",
          { class: "choice" },
          element("input", { type: "checkbox", value, checked: true, on: { change: count } }),
          value,
        ),
      ),
    );
  };
  readEvents().catch((error) => {
    if (!signal.aborted && error instanceof ApiError) fill(problem, refusal(error));
  });
  return element(
    "form",
    { class: "subscription-form", on: { submit } },
    element("label", {}, "URL", url),
    element("label", {}, "Version of the payload", version),
    element("fieldset", {}, element("legend", {}, "Events"), element("label", { class: "choice" }, all, "All"), boxes),
    problem,
    element(
      "p",
      { class: "actions" },
      subscribe,
      element("button", { type: "button", on: { click: close } }, "Cancel"),
    ),
  );
}

/**
 * The URL that chooses a version; what is not a URL stays as it is, for the API to refuse.
 *
 * @param {string} text
 * @param {string} version
 */
function versioned(text, version) {
  if (version === VERSIONS[0] || !URL.canParse(text)) return text;
  const url = new URL(text);
  url.searchParams.set("version", version);
  return url.href;
}
