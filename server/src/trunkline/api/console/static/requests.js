/** Requests. */

import { element } from "./dom.js";

/** @type {import("./app.js").OpenView} */
export function openRequests() {
  return { element: element("section", { class: "requests" }, element("h1", {}, "Requests")), show() {} };
}
