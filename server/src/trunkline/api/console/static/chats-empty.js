/** What the list says when it has no chats. */

import { ApiError } from "./api.js";
import { element, fill } from "./dom.js";
import { copyButton, emptyState, refusal } from "./parts.js";
import { address } from "./router.js";

const STRANGER = "+13105550111"; // of the numbers that are never assigned

/**
 * @param {import("./app.js").App} app
 * @param {AbortSignal} signal
 */
export function noChats(app, signal) {
  const more = element("div", { class: "empty-more" });
  offer(app, signal, more).catch((error) => {
    if (!signal.aborted && error instanceof ApiError) fill(more, refusal(error));
  });
  return emptyState("No chats yet", element("p", {}, "A chat appears here with its first message."), more);
}

/** The list has filters, and no chat matches. */
export function noMatches() {
  return emptyState(
    "No chat matches",
    element("p", {}, "Change the search or the filters, or show all chats."),
    element("a", { href: address("chats") }, "Show all chats"),
  );
}

/**
 * Says how the first message comes, by commands and, with a sandbox, by a button.
 *
 * @param {import("./app.js").App} app
 * @param {AbortSignal} signal
 * @param {HTMLElement} place
 */
async function offer(app, signal, place) {
  const { phone_numbers: lines } = await app.api.get("v3/phone_numbers", {}, signal);
  if (lines.length === 0) {
    const words = "You have no line yet. This adds one:";
    fill(place, element("p", {}, words), command('trunkline line add "PARTNER" +12025550100'));
    return;
  }
  const line = lines[0].phone_number;
  const problem = element("div");
  const play = async () => {
    try {
      await app.api.post("admin/simulate", {
        action: "message",
        from: STRANGER,
        to: line,
        text: "Hello! Is this the shop?",
      });
    } catch (error) {
      if (error instanceof ApiError) fill(problem, refusal(error));
    }
  };
  fill(
    place,
    element("p", {}, "Send one:"),
    command(`linq send --from ${line} --to ${STRANGER} "Your table is ready."`),
    app.hasSandbox && element("p", {}, "Or receive one:"),
    app.hasSandbox && command(`trunkline simulate message ${STRANGER} "Is this the shop?" --to ${line}`),
    app.hasSandbox &&
      element("button", { type: "button", class: "primary", on: { click: play } }, "Let somebody write to you"),
    problem,
  );
}

/** @param {string} text */
function command(text) {
  return element("div", { class: "command" }, element("pre", {}, text), copyButton("Copy the command", text));
}
