/** Webhooks. */

import { element } from "./dom.js";

/** @type {import("./app.js").OpenView} */
export function openWebhooks() {
  return { element: element("section", { class: "webhooks" }, element("h1", {}, "Webhooks")), show() {} };
}
