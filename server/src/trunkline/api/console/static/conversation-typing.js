/**
 * Who is typing, as the pages of this browser tell each other.
 *
 * The service tells the apps of the partner and the carrier, and stores nothing that a page could read.
 */

const IDLE = 5000; // ms without a key, after which nobody is typing

/** @typedef {{ chatId: string, handle: string, started: boolean }} Typing `handle` is empty for the line */

export class TypingIndicator {
  #channel = new BroadcastChannel("trunkline.typing");

  /**
   * @param {AbortSignal} signal
   * @param {(typing: Typing) => void} listener
   */
  constructor(signal, listener) {
    this.#channel.onmessage = (event) => listener(event.data);
    signal.addEventListener("abort", () => this.#channel.close(), { once: true });
  }

  /** @param {Typing} typing */
  tell(typing) {
    this.#channel.postMessage(typing);
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
