/** What can be done with a part of a message: tapbacks, another emoji, answer, edit, copy. */

import { element, icon } from "./dom.js";
import { TAPBACKS } from "./message.js";

/** @typedef {import("./conversation-messages.js").Message} Message */
/** @typedef {import("./conversation-side.js").Tapback} Tapback */

/**
 * @typedef {object} MenuActions
 * @property {(message: Message, part: number, tapback: Tapback, remove: boolean) => void} react
 * @property {(message: Message, part: number) => void} answer
 * @property {(message: Message, part: number) => void} edit
 * @property {(text: string, what: string) => void} copy
 */

export class MessageMenu {
  element = element("div", { class: "menu", popover: "auto", role: "group", "aria-label": "Message" });

  /** @param {MenuActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.element.addEventListener("keydown", (event) => this.#move(event));
    this.element.addEventListener("beforetoggle", (event) => {
      if (event.newState === "closed") this.#row?.focus({ preventScroll: true });
    });
  }
  #actions;
  /** @type {HTMLElement | null | undefined} */
  #row;

  /**
   * @param {Message} message
   * @param {number} part
   * @param {boolean} isOwn
   * @param {Record<string, any> | undefined} reaction of who opens it
   * @param {HTMLElement} at the button that opens it
   */
  open(message, part, isOwn, reaction, at) {
    this.#row = at.closest("li");
    const text = message.parts[part]?.type === "text" ? message.parts[part].value : null;
    const item = (/** @type {string} */ name, /** @type {() => void} */ act) => this.#button(name, name, act);
    const tapbacks = Object.entries(TAPBACKS).map(([type, name]) => {
      const isChosen = reaction?.type === type;
      const button = this.#button(icon(type), name, () => this.#actions.react(message, part, { type }, isChosen));
      button.setAttribute("aria-pressed", String(isChosen));
      return button;
    });
    this.element.replaceChildren(
      element("div", { class: "tapbacks" }, ...tapbacks),
      this.#emojiForm((emoji) => this.#actions.react(message, part, { type: "custom", custom_emoji: emoji }, false)),
      item("Answer", () => this.#actions.answer(message, part)),
    );
    if (isOwn && text !== null) this.element.append(item("Edit", () => this.#actions.edit(message, part)));
    if (text !== null) this.element.append(item("Copy text", () => this.#actions.copy(text, "Text")));
    this.element.append(item("Copy id", () => this.#actions.copy(message.id, "Id")));
    this.element.showPopover();
    this.#place(at);
    /** @type {HTMLElement | null} */ (this.element.querySelector("button"))?.focus();
  }

  /**
   * @param {Node | string} content
   * @param {string} label
   * @param {() => void} act
   */
  #button(content, label, act) {
    const press = () => {
      this.element.hidePopover();
      act();
    };
    return element("button", { type: "button", title: label, "aria-label": label, on: { click: press } }, content);
  }

  /** @param {(emoji: string) => void} use */
  #emojiForm(use) {
    const field = element("input", { "aria-label": "Another emoji", placeholder: "Another emoji", maxLength: 50 });
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const emoji = field.value.trim();
      if (emoji === "") return;
      this.element.hidePopover();
      use(emoji);
    };
    return element("form", { on: { submit } }, field, element("button", { type: "submit" }, "React"));
  }

  /** @param {HTMLElement} at */
  #place(at) {
    const beside = at.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const below = beside.bottom + height + 8 < innerHeight;
    this.element.style.top = `${Math.max(8, below ? beside.bottom + 4 : beside.top - height - 4)}px`;
    this.element.style.left = `${Math.min(Math.max(8, beside.left - width / 2), innerWidth - width - 8)}px`;
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    const stops = /** @type {HTMLElement[]} */ ([...this.element.querySelectorAll("button, input")]);
    const next = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step;
    stops[(next + stops.length) % stops.length].focus();
  }
}
