/**
 * Who is typing, as the pages of this browser tell each other.
 *
 * The service tells the apps of the partner and the carrier, and stores nothing that a page could read.
 */

import { element, fill } from "./dom.js";
import { isolated } from "./parts.js";

const IDLE = 5000; // ms without a key, after which nobody is typing
const ENDS = 10_000; // ms after which dots disappear if their end is not told

/** @typedef {{ chatId: string, handle: string, started: boolean }} Typing */

/** Dots while another participant of the chat is typing. */
export class TypingDots {
  #channel = new BroadcastChannel("trunkline.typing");
  #chatId = "";
  #handle = "";
  #timer = 0;
  element = element("div", { class: "typing", hidden: true });

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#channel.onmessage = (event) => this.#show(event.data);
    signal.addEventListener("abort", () => this.#channel.close(), { once: true });
  }

  /**
   * @param {string} chatId
   * @param {string} handle who looks at the chat
   */
  enter(chatId, handle) {
    if (chatId === this.#chatId && handle === this.#handle) return;
    this.#chatId = chatId;
    this.#handle = handle;
    this.element.hidden = true;
  }

  /** @param {boolean} started whether who looks at the chat has started to type, or stopped */
  tell(started) {
    this.#channel.postMessage({ chatId: this.#chatId, handle: this.#handle, started });
  }

  /** @param {Typing} typing */
  #show({ chatId, handle, started }) {
    if (chatId !== this.#chatId || handle === this.#handle) return;
    clearTimeout(this.#timer);
    this.element.hidden = !started;
    fill(
      this.element,
      element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i")),
      element("span", {}, isolated(handle), " is typing"),
    );
    this.#timer = setTimeout(() => {
      this.element.hidden = true;
    }, ENDS);
  }
}

/** Turns keys into a beginning and an end. */
export class TypingDetector {
  #timer = 0;
  #isTyping = false;

  /** @param {(started: boolean) => void} report */
  constructor(report) {
    this.#report = report;
  }
  #report;

  key() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), IDLE);
    if (this.#isTyping) return;
    this.#isTyping = true;
    this.#report(true);
  }

  end() {
    clearTimeout(this.#timer);
    if (!this.#isTyping) return;
    this.#isTyping = false;
    this.#report(false);
  }
}
