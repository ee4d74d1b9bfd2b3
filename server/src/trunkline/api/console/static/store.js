/** A value that tells who listens when it changes. */

/** @template T */
export class Value {
  /** @type {Set<(value: T) => void>} */
  #listeners = new Set();
  #value;

  /** @param {T} value */
  constructor(value) {
    this.#value = value;
  }

  get() {
    return this.#value;
  }

  /** @param {T} value */
  set(value) {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  /**
   * Calls a listener now and whenever the value changes, until the signal is aborted.
   *
   * @param {(value: T) => void} listener
   * @param {AbortSignal} signal
   */
  watch(listener, signal) {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
    listener(this.#value);
  }
}
