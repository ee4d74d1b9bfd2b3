/** The shell: the key, the rail, the view that the address names, and whether the service is away. */

import { Api, ApiError } from "./api.js";
import { Changes } from "./changes.js";
import { openChats } from "./chats.js";
import { element, fill, icon } from "./dom.js";
import { forget, keep, keyForm, storedKey } from "./key.js";
import { openLines } from "./lines.js";
import { openRequests } from "./requests.js";
import { parse } from "./router.js";
import { openWebhooks } from "./webhooks.js";

/**
 * @typedef {object} App what every view works with
 * @property {Api} api
 * @property {Changes} changes the chats that change
 * @property {(text: string) => void} announce tells people who do not see the page what has happened
 */

/**
 * @typedef {object} View
 * @property {HTMLElement} element
 * @property {(place: import("./router.js").Place) => void} show the address has changed, also at first
 */

/** @typedef {(app: App, signal: AbortSignal) => View} OpenView makes a view, which stops when the signal is aborted */

/** @type {Record<string, { name: string, open: OpenView }>} */
const VIEWS = {
  chats: { name: "Chats", open: openChats },
  lines: { name: "Lines", open: openLines },
  webhooks: { name: "Webhooks", open: openWebhooks },
  requests: { name: "Requests", open: openRequests },
};

const main = byId("view");
const rail = byId("rail");
const connection = byId("connection");
const announcements = byId("announcements");

/** @type {AbortController | null} */
let session = null;

start(storedKey());

/** @param {string | null} key */
function start(key) {
  session?.abort();
  if (key === null) {
    askForKey(null);
    return;
  }
  session = new AbortController();
  const { signal } = session;
  const api = new Api(key);
  const refuse = (/** @type {ApiError} */ error) => {
    session?.abort();
    forget();
    askForKey(error);
  };
  const changes = new Changes(api, signal, refuse);
  api.isAway.watch(showConnection, signal);
  showViews({ api, changes, announce }, signal);
}

/** @param {ApiError | null} refused */
function askForKey(refused) {
  rail.hidden = true;
  connection.hidden = true;
  const use = (/** @type {string} */ key) => {
    keep(key);
    start(key);
  };
  fill(main, keyForm(use, refused));
}

/**
 * @param {App} app
 * @param {AbortSignal} signal
 */
function showViews(app, signal) {
  /** @type {{ name: string, view: View, controller: AbortController } | null} */
  let open = null;
  const show = () => {
    const place = parse(location.hash);
    const name = place.view in VIEWS ? place.view : "chats";
    if (open?.name !== name) {
      open?.controller.abort();
      const controller = new AbortController();
      open = { name, controller, view: VIEWS[name].open(app, AbortSignal.any([signal, controller.signal])) };
      fill(main, open.view.element);
      markCurrent(name);
      document.title = `${VIEWS[name].name} · Trunkline`;
    }
    open.view.show(place);
  };
  fill(rail, ...railItems());
  rail.hidden = false;
  addEventListener("hashchange", show, { signal });
  show();
}

function railItems() {
  const item = (/** @type {string} */ href, /** @type {string} */ symbol, /** @type {string} */ name) =>
    element("a", { href, data: { view: symbol } }, icon(symbol), element("span", {}, name));
  return [
    ...Object.entries(VIEWS).map(([view, { name }]) => item(`#/${view}`, view, name)),
    item("docs", "docs", "Docs"),
  ];
}

/** @param {string} view */
function markCurrent(view) {
  for (const link of rail.querySelectorAll("a")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** @param {boolean} isAway */
function showConnection(isAway) {
  const wasAway = !connection.hidden;
  connection.hidden = !isAway;
  if (isAway) fill(connection, "The service does not answer. Trying again …");
  else if (wasAway) announce("The service answers again.");
}

/** @param {string} text */
function announce(text) {
  fill(announcements, text);
}

/** @param {string} id */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found;
}
