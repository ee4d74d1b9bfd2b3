/** The key: pasted, or given in the fragment of a link. It stays in the tab. */

import { element } from "./dom.js";
import { refusal } from "./parts.js";
import { decode } from "./router.js";

const STORED = "trunkline.key";
const GIVEN = /^#key=(.*)$/s;
const SENDABLE = /^[\x21-\x7e]+$/; // what a header can carry

/** The key where the browser does not let the page store it: until the page is reloaded. @type {string | null} */
let unstored = null;

/** The key of this tab; null if there is none. A key in the address is taken out of it. */
export function storedKey() {
  const given = GIVEN.exec(location.hash);
  if (given) {
    keep(decode(given[1]));
    history.replaceState(null, "", "#/chats");
  }
  try {
    return sessionStorage.getItem(STORED) ?? unstored;
  } catch {
    return unstored;
  }
}

/** Whether the address has a key. */
export function isKeyGiven() {
  return GIVEN.test(location.hash);
}

/**
 * Whether a text can be a key, as far as the browser can send it.
 *
 * @param {string} key
 */
export function isSendable(key) {
  return SENDABLE.test(key);
}

/** @param {string} key */
export function keep(key) {
  unstored = key;
  try {
    sessionStorage.setItem(STORED, key);
  } catch {} // the browser stores nothing for this page
}

export function forget() {
  unstored = null;
  try {
    sessionStorage.removeItem(STORED);
  } catch {} // it has stored nothing
}

/**
 * The form that asks for a key.
 *
 * @param {(key: string) => void} use
 * @param {Error | null} refused why the last one was not accepted
 */
export function keyForm(use, refused) {
  const field = element("input", {
    id: "key",
    name: "key",
    type: "password",
    required: true,
    autocomplete: "off",
    spellcheck: false,
    "aria-describedby": "key-help",
    "aria-invalid": refused ? "true" : null,
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    use(field.value.trim());
  };
  const form = element(
    "form",
    { class: "key-form", on: { submit } },
    element("h1", {}, "Trunkline"),
    element("label", { htmlFor: "key" }, "API key"),
    field,
    refused && refusal(refused),
    element(
      "p",
      { id: "key-help", class: "secondary" },
      "Paste a key of your partner. ",
      element("code", {}, "trunkline key add PARTNER"),
      " makes one. The key stays in this tab.",
    ),
    element("button", { type: "submit", class: "primary" }, "Open the console"),
  );
  queueMicrotask(() => field.focus());
  return form;
}
