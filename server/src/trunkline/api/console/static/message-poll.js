/** A poll: its options, who voted for each, and the vote of who looks at it. */

import { element } from "./dom.js";
import { visible } from "./format.js";

const NONE = "No votes yet";

/**
 * @param {Record<string, any> | null} poll null until it is read
 * @param {(option: Record<string, any>) => boolean} isChosen whether who looks at it voted for the option
 * @param {(option: Record<string, any>) => void} toggle
 * @returns {HTMLElement}
 */
export function pollOf(poll, isChosen, toggle) {
  if (!poll) return element("div", { class: "poll" }, "Poll");
  const option = (/** @type {Record<string, any>} */ each) => {
    const share = poll.total_voters ? each.voters.length / poll.total_voters : 0;
    const bar = element("meter", { min: 0, max: 1, value: share, "aria-hidden": "true" });
    const voters = each.voters.map((/** @type {any} */ voter) => visible(voter.handle)).join(", ");
    const button = element(
      "button",
      { type: "button", "aria-pressed": String(isChosen(each)), title: voters || NONE },
      element("span", { dir: "auto" }, each.text),
      element(
        "span",
        { class: "votes" },
        each.voters.length,
        element("span", { class: "visually-hidden" }, each.voters.length === 1 ? " vote" : " votes"),
      ),
      bar,
    );
    button.addEventListener("click", () => toggle(each));
    return element("li", {}, button);
  };
  const count = poll.total_voters
    ? `${poll.total_voters} ${poll.total_voters === 1 ? "person" : "people"} voted`
    : NONE;
  return element("div", { class: "poll" }, element("ul", {}, ...poll.options.map(option)), element("small", {}, count));
}
