/** A list and what is open of it: beside it on a wide page, in its place on a narrow one. */

import { element, fill, iconButton } from "./dom.js";

/**
 * @param {string} kind the class of the view
 * @param {HTMLElement} list
 * @param {string} name what is open, for people who do not see it
 * @param {() => void} close goes back to the address of the list
 */
export function splitView(kind, list, name, close) {
  const content = element("div", { class: "open-content" });
  const pane = element(
    "section",
    { class: "open", "aria-label": name, hidden: true, tabIndex: -1 },
    element("p", { class: "open-bar" }, iconButton("back", "Back to the list", close)),
    content,
  );
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && !pane.hidden && !event.defaultPrevented) close();
  };
  const root = element(
    "section",
    { class: `split ${kind}`, on: { keydown } },
    element("div", { class: "list" }, list),
    pane,
  );
  return {
    element: root,
    /** @param {HTMLElement | null} shown what is open; null if nothing is */
    open(shown) {
      const moves = pane.hidden !== (shown === null);
      fill(content, shown);
      pane.hidden = shown === null;
      pane.scrollTop = 0;
      root.classList.toggle("opened", shown !== null);
      if (moves && shown !== null && list.offsetParent === null) pane.focus();
    },
  };
}
