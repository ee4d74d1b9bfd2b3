/** A list and what is open of it: beside it on a wide page, in its place on a narrow one. */

import { ApiError } from "./api.js";
import { element, fill, iconButton } from "./dom.js";
import { refusal, skeleton } from "./parts.js";

/**
 * @typedef {object} Options
 * @property {string} kind the class of the view
 * @property {string} name what is open, such as "Request"
 * @property {import("./feed.js").Feed} feed the rows that open something
 * @property {() => void} close goes back to the address of the list
 * @property {(id: string, show: (shown: HTMLElement) => void, until: AbortSignal) => Promise<void>} open reads what a
 *   row opens and shows it; until the signal is aborted, it may show it again
 */

/**
 * @param {HTMLElement} list
 * @param {AbortSignal} signal
 * @param {Options} options
 */
export function splitView(list, signal, { kind, name, feed, close, open }) {
  /** @type {string | null} */
  let opened = null;
  let closing = new AbortController();

  const leave = () => {
    const last = opened;
    close();
    if (last !== null) setTimeout(() => feed.focus(last)); // once the list is there
  };
  const content = element("div", { class: "open-content" });
  const back = iconButton("back", "Back to the list", leave);
  const cross = iconButton("close", `Close the ${name.toLowerCase()}`, leave);
  back.classList.add("open-back");
  cross.classList.add("open-close");
  const pane = element(
    "section",
    { class: "open", "aria-label": name, hidden: true, tabIndex: -1 },
    element("p", { class: "open-bar" }, back, cross),
    content,
  );
  const root = element("section", { class: `split ${kind}` }, element("div", { class: "list" }, list), pane);
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || pane.hidden || event.defaultPrevented) return;
    const target = /** @type {Node} */ (event.target);
    if (target === document.body || root.contains(target)) leave();
  };
  addEventListener("keydown", press, { signal });
  const show = (/** @type {HTMLElement | null} */ shown) => {
    const moves = pane.hidden !== (shown === null);
    fill(content, shown);
    pane.hidden = shown === null;
    pane.scrollTop = 0;
    root.classList.toggle("opened", shown !== null);
    if (moves && shown !== null && list.offsetParent === null) pane.focus();
  };
  return {
    element: root,
    /** What the address has after the name of the view. */
    get path() {
      return opened === null ? [] : [opened];
    },
    /** @param {string | null} id as the `data-opens` of a row has it; null if nothing is open */
    show(id) {
      if (id === opened) return;
      if (opened === null) show(skeleton(8, "feed-row"));
      opened = id;
      closing.abort();
      closing = new AbortController();
      feed.mark(id);
      if (id === null) {
        show(null);
        return;
      }
      const until = AbortSignal.any([signal, closing.signal]);
      open(id, show, until).catch((error) => {
        if (until.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        show(element("div", { class: "detail" }, element("h1", {}, name), refusal(error)));
      });
    },
  };
}
