/** The shell: the key, the rail, the view that the address names, and whether the service is away. */

import { Api } from "./api.js";
import { Changes } from "./changes.js";
import { openChats } from "./chats.js";
import { element, fill, icon, loadIcons } from "./dom.js";
import { forget, isKeyGiven, isSendable, keep, keyForm, storedKey } from "./key.js";
import { parse } from "./router.js";

/**
 * @typedef {object} App what every view works with
 * @property {Api} api
 * @property {Changes} changes the chats that change
 * @property {AbortSignal} signal aborted when the key is not used any more
 * @property {boolean} hasSandbox whether counterparties can be played here
 * @property {(text: string) => void} announce tells people who do not see the page what has happened
 */

/**
 * @typedef {object} View
 * @property {HTMLElement} element
 * @property {(place: import("./router.js").Place) => void} show the address has changed, also at first
 */

/** @typedef {(app: App, signal: AbortSignal) => View} OpenView makes a view, which stops when the signal is aborted */

const NOT_A_KEY = "This is not a key: a key has only letters, digits and signs of ASCII, and no spaces.";
const LATER = 1000; // ms until the other views are loaded, which nobody waits for

/** @type {Record<string, { name: string, load: () => Promise<OpenView> }>} */
const VIEWS = {
  chats: { name: "Chats", load: async () => openChats },
  lines: { name: "Lines", load: async () => (await import("./lines.js")).openLines },
  webhooks: { name: "Webhooks", load: async () => (await import("./webhooks.js")).openWebhooks },
  requests: { name: "Requests", load: async () => (await import("./requests.js")).openRequests },
};

const main = byId("view");
const rail = byId("rail");
const connection = byId("connection");
const announcements = byId("announcements");
const hasSandbox = document.querySelector("meta[name=sandbox]") !== null; // the service says so in the page

/** @type {AbortController | null} */
let session = null;

document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault(); // the fragment is the address of what is open
  main.focus();
});
loadIcons();
start(storedKey());
addEventListener("hashchange", () => isKeyGiven() && start(storedKey()));

/** @param {string | null} key */
function start(key) {
  session?.abort();
  if (key === null || !isSendable(key)) {
    askForKey(key ? new Error(NOT_A_KEY) : null);
    return;
  }
  session = new AbortController();
  const { signal } = session;
  const api = new Api(key);
  const changes = new Changes(api, signal);
  api.refused.watch((error) => {
    if (error === null) return;
    session?.abort();
    forget();
    askForKey(error);
  }, signal);
  api.isAway.watch(showConnection, signal);
  showViews({ api, changes, signal, hasSandbox, announce }, signal);
}

/** @param {Error | null} refused */
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
  const named = () => {
    const { view } = parse(location.hash);
    return Object.hasOwn(VIEWS, view) ? view : "chats";
  };
  const show = async () => {
    const name = named();
    if (open?.name !== name) {
      const openView = await VIEWS[name].load().catch(() => null); // until the service can be reached
      if (openView === null || signal.aborted || named() !== name || open?.name === name) return;
      open?.controller.abort();
      const controller = new AbortController();
      open = { name, controller, view: openView(app, AbortSignal.any([signal, controller.signal])) };
      fill(main, open.view.element);
      markCurrent(name);
      document.title = `${VIEWS[name].name} · Trunkline`;
    }
    open.view.show(parse(location.hash));
  };
  const later = async () => {
    await Promise.allSettled(Object.values(VIEWS).map(({ load }) => load()));
    const { watchFailures } = await import("./failures.js");
    await watchFailures(app.api, named, markFailed, signal);
  };
  fill(rail, ...railItems());
  rail.hidden = false;
  addEventListener("hashchange", show, { signal });
  app.api.isAway.watch((isAway) => {
    if (!isAway && open?.name !== named()) show();
  }, signal);
  setTimeout(() => later().catch(() => {}), LATER);
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
  for (const link of rail.querySelectorAll("a")) link.ariaCurrent = link.dataset.view === view ? "page" : null;
  markFailed(view, false);
}

/**
 * @param {string} view
 * @param {boolean} hasFailed
 */
function markFailed(view, hasFailed) {
  const link = rail.querySelector(`[data-view="${view}"]`);
  link?.querySelector(".dot")?.remove();
  if (hasFailed)
    link?.append(element("span", { class: "dot" }, element("span", { class: "visually-hidden" }, "failures")));
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
