/** The conversation of a chat, as the line sees it. */

import { element } from "./dom.js";

/**
 * A view of one chat at a time.
 *
 * @typedef {object} ChatPane
 * @property {HTMLElement} element
 * @property {(chatId: string | null) => void} show opens a chat; null if none is open
 */

/**
 * @param {import("./app.js").App} _app
 * @param {AbortSignal} _signal
 * @returns {ChatPane}
 */
export function openConversation(_app, _signal) {
  return { element: element("section", { class: "conversation", "aria-label": "Conversation" }), show() {} };
}
