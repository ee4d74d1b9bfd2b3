/** The phone of a recipient: the same chat as they see it. */

import { element } from "./dom.js";

/**
 * @param {import("./app.js").App} _app
 * @param {AbortSignal} _signal
 * @returns {import("./conversation.js").ChatPane}
 */
export function openPhone(_app, _signal) {
  return { element: element("section", { class: "phone", "aria-label": "The other phone" }), show() {} };
}
