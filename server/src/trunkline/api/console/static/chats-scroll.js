/**
 * Where a list stands that may be higher than a browser allows an element to be (about 17 million pixels).
 *
 * Up to a limit, a pixel of the scroller is a pixel of the list. Beyond it, the middle of the scroller stands for more
 * of the list than it has pixels: the wheel and the keys still move by what they say, and the thumb follows.
 */

const LIMIT = 4_000_000; // px
const EDGE = 500_000; // px at each end in which both are the same
const STEP = 4; // screens: a longer way is a jump of the thumb

export class ScrollPosition {
  #scrolled = 0;

  /** How far the list is scrolled, in its own pixels. */
  top = 0;
  /** The height of the list, in its own pixels. */
  height = 0;
  /** The height of what is seen of it. */
  view = 0;

  /** The height that the scroller's content needs. */
  get contentHeight() {
    return Math.min(this.height, LIMIT);
  }

  /**
   * Follows the scroller, and returns where it should stand.
   *
   * @param {number} scrolled where it stands
   */
  follow(scrolled) {
    const distance = scrolled - this.#scrolled;
    const isStep = this.height > LIMIT && Math.abs(distance) < STEP * this.view;
    this.top = this.#bounded(isStep ? this.top + distance : this.#toList(scrolled));
    const right = this.#toScroller(this.top);
    const ends = Math.min(scrolled, this.contentHeight - this.view - scrolled) - 2 * this.view;
    this.#scrolled = Math.abs(right - scrolled) > Math.max(0, Math.min(EDGE / 2, ends)) ? right : scrolled;
    return this.#scrolled;
  }

  /**
   * Goes to a place of the list, and returns where the scroller should stand.
   *
   * @param {number} top
   */
  moveTo(top) {
    this.top = this.#bounded(top);
    this.#scrolled = this.#toScroller(this.top);
    return this.#scrolled;
  }

  /** What to add to a place of the list for its place in the scroller's content. */
  get shift() {
    return this.#scrolled - this.top;
  }

  /** @param {number} top */
  #bounded(top) {
    return Math.max(0, Math.min(top, this.height - this.view));
  }

  /** @param {number} scrolled */
  #toList(scrolled) {
    if (this.height <= LIMIT || scrolled <= EDGE) return scrolled;
    const fromEnd = LIMIT - this.view - scrolled;
    if (fromEnd <= EDGE) return this.height - this.view - fromEnd;
    return EDGE + (scrolled - EDGE) * this.#scale();
  }

  /** @param {number} top */
  #toScroller(top) {
    if (this.height <= LIMIT || top <= EDGE) return top;
    const fromEnd = this.height - this.view - top;
    if (fromEnd <= EDGE) return LIMIT - this.view - fromEnd;
    return EDGE + (top - EDGE) / this.#scale();
  }

  #scale() {
    return (this.height - this.view - 2 * EDGE) / (LIMIT - this.view - 2 * EDGE);
  }
}
