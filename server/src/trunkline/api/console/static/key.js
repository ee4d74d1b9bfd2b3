/** The key: pasted, or given in the fragment of a link. It stays in the tab. */

import { element } from "./dom.js";
import { refusal } from "./parts.js";

const STORED = "trunkline.key";
const GIVEN = /^#key=(.*)$/;

/** The key of this tab; null if there is none. A key in the address is taken out of it. */
export function storedKey() {
  const given = GIVEN.exec(location.hash);
  if (given) {
    keep(decodeURIComponent(given[1]));
    history.replaceState(null, "", "#/chats");
  }
  return sessionStorage.getItem(STORED);
}

/** @param {string} key */
export function keep(key) {
  sessionStorage.setItem(STORED, key);
}

export function forget() {
  sessionStorage.removeItem(STORED);
}

/**
 * The form that asks for a key.
 *
 * @param {(key: string) => void} use
 * @param {import("./api.js").ApiError | null} refused why the last one was not accepted
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
