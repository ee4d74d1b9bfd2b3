/** Chats: the list, and beside it the conversation and the other phone of the chat that is open. */

import { noChats, noMatches } from "./chats-empty.js";
import { filtersOf, openFilters } from "./chats-filters.js";
import { ChatList } from "./chats-list.js";
import { ChatRows } from "./chats-rows.js";
import { element, fill, icon } from "./dom.js";
import { refusal } from "./parts.js";
import { address } from "./router.js";

const PHONE = "phone"; // what the address of the other phone ends with, where it is not beside the conversation

/** @type {import("./app.js").OpenView} */
export function openChats(app, signal) {
  /** @type {import("./router.js").Place} */
  let place = { view: "chats", path: [], query: new URLSearchParams() };
  let session = new AbortController();
  /** @type {ChatRows | null} */
  let rows = null;

  const openId = () => place.path[0] ?? null;
  const go = (/** @type {string[]} */ path, query = place.query, replaces = false) => {
    const target = address("chats", path, query);
    if (replaces) location.replace(target);
    else location.assign(target);
  };
  const filters = openFilters(app, signal, (query, replaces) => go(place.path, query, replaces));
  const note = element("div", { class: "chat-note" });
  const list = new ChatList(
    () => /** @type {ChatRows} */ (rows),
    (id) => address("chats", [id], place.query),
    signal,
  );
  const side = element("section", { class: "chat-side", "aria-label": "Chats" }, filters.element, list.element, note);
  /** @type {import("./conversation.js").ChatPane[]} */
  let sides = [];
  const tabs = element("nav", { class: "chat-tabs", "aria-label": "Sides of the chat" });
  const panes = element("div", { class: "chat-panes", tabIndex: -1 }, tabs);
  const hint = element("p", { class: "chat-hint secondary" }, "Choose a chat, or press / to search.");
  const view = element(
    "div",
    { class: "chats" },
    element("h1", { class: "visually-hidden" }, "Chats"),
    side,
    panes,
    hint,
  );

  const showNote = () => {
    const isEmpty = rows?.isComplete === true && rows.length === 0;
    list.element.hidden = isEmpty;
    note.hidden = !isEmpty;
    if (!isEmpty || note.childElementCount > 0) return;
    fill(note, rows?.isFiltered ? noMatches() : noChats(app, session.signal));
    if (rows?.isFiltered) app.announce("No chat matches");
  };
  const read = () => {
    session.abort();
    session = new AbortController();
    const reading = AbortSignal.any([signal, session.signal]);
    fill(note);
    const changed = () => {
      if (rows?.isStale && list.mayMove) rows.reload();
      const hadFocus = note.contains(document.activeElement);
      if (!note.hidden && rows && rows.length > 0) fill(note);
      showNote();
      list.update();
      if (hadFocus && note.hidden) list.focus(0);
      if (sides.length === 0) openSides().catch(() => {}); // until they can be loaded
    };
    const refused = (/** @type {import("./api.js").ApiError} */ error) => {
      fill(note, refusal(error));
      note.hidden = false;
      list.element.hidden = true;
    };
    const owner = { changed, refused, mayMove: () => list.mayMove };
    rows = new ChatRows(app, filtersOf(place.query), reading, owner);
    list.toTop();
  };

  const showTabs = (/** @type {string} */ id, /** @type {boolean} */ isPhone) => {
    const tab = (/** @type {string} */ text, /** @type {string[]} */ path, /** @type {boolean} */ isCurrent) =>
      element("a", { href: address("chats", path, place.query), "aria-current": isCurrent ? "page" : null }, text);
    fill(
      tabs,
      element(
        "a",
        { class: "back", href: address("chats", [], place.query), title: "Back to the chats" },
        icon("back"),
        element("span", { class: "visually-hidden" }, "Back to the chats"),
      ),
      tab("Conversation", [id], !isPhone),
      tab("Other phone", [id, PHONE], isPhone),
    );
  };
  const openSides = async () => {
    const modules = Promise.all([import("./conversation.js"), import("./phone.js")]);
    const [{ openConversation }, { openPhone }] = await modules;
    if (signal.aborted || sides.length > 0) return;
    sides = [openConversation(app, signal), openPhone(app, signal)];
    panes.append(...sides.map((pane) => pane.element));
    showSides();
  };
  const showSides = () => {
    for (const pane of sides) pane.show(openId());
  };
  const show = (/** @type {import("./router.js").Place} */ next) => {
    const isOther = rows === null || key(next.query) !== key(place.query);
    const before = openId();
    place = next;
    const [id = null, pane] = next.path;
    filters.show(next.query);
    if (isOther) read();
    list.open(id);
    view.classList.toggle("has-open", id !== null);
    view.classList.toggle("shows-phone", pane === PHONE);
    panes.hidden = id === null;
    hint.hidden = id !== null;
    if (id !== null) showTabs(id, pane === PHONE);
    if (id !== null && sides.length === 0) openSides().catch(() => {});
    else if (id !== before) showSides();
    // Where one is shown at a time, the focus follows.
    if (id !== null && id !== before && side.offsetParent === null) panes.focus({ preventScroll: true });
    if (id === null && before !== null) list.focus();
  };

  /**
   * What a key does; null if that is not for the list to say.
   *
   * @param {string} key
   * @param {HTMLElement} target
   */
  const actionOf = (key, target) => {
    const { search } = filters;
    const isField = target.matches("input, select, textarea, [contenteditable]");
    const isFree = target === document.body || target === panes;
    if (key === "Escape" && !isField && openId() !== null && (isFree || side.contains(target))) return () => go([]);
    if (side.offsetParent === null) return null;
    if (key === "/" && !isField) return focusSearch;
    if (key === "ArrowDown" && target === search) return () => list.focus(0);
    if (key === "Escape" && target === search) return search.value === "" ? () => list.focus() : filters.clear;
    if ((key === "ArrowDown" || key === "ArrowUp") && isFree) return () => list.focus();
    return null;
  };
  const focusSearch = () => {
    filters.search.focus();
    filters.search.select();
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const act = actionOf(event.key, /** @type {HTMLElement} */ (event.target));
    if (!act) return;
    event.preventDefault();
    act();
  };
  addEventListener("keydown", press, { signal });
  return { element: view, show };
}

/**
 * What of the address decides which chats are listed.
 *
 * @param {URLSearchParams} query
 */
function key(query) {
  return JSON.stringify(filtersOf(query));
}
