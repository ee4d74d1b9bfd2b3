/** Lines. */

import { element } from "./dom.js";

/** @type {import("./app.js").OpenView} */
export function openLines() {
  return { element: element("section", { class: "lines" }, element("h1", {}, "Lines")), show() {} };
}
