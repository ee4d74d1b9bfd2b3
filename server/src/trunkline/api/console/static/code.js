/** What goes over the wire, as text to read and to copy. */

import { element } from "./dom.js";
import { visibleLines } from "./format.js";
import { copyButton } from "./parts.js";

/**
 * A block of code with its name and a button that copies it. The keyboard can scroll it.
 *
 * @param {string} name
 * @param {string} text
 * @param {string} [copied] what is copied if it is not this text
 */
export function codeBlock(name, text, copied = text) {
  return element(
    "figure",
    { class: "code" },
    element("figcaption", {}, name, copyButton(`Copy: ${name}`, copied)),
    element("pre", { tabIndex: 0, role: "region", "aria-label": name }, element("code", {}, visibleLines(text))),
  );
}

/**
 * A body as it is easiest to read: JSON with line breaks, anything else as it is.
 *
 * @param {string} text
 */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/**
 * Headers, one on each line.
 *
 * @param {Iterable<[string, string]>} headers
 */
export function headerLines(headers) {
  return [...headers].map(([name, value]) => `${name}: ${value}`).join("\n");
}
