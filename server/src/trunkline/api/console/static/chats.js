/** Chats. */

import { element } from "./dom.js";

/** @type {import("./app.js").OpenView} */
export function openChats() {
  return { element: element("section", { class: "chats" }, element("h1", {}, "Chats")), show() {} };
}
