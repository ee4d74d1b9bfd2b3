/** A plot of numbers by day. It is a slider, so that the keyboard and screen readers can go from day to day. */

import { element, fill } from "./dom.js";
import { count, number } from "./format.js";
import { dayText, draw } from "./plot-canvas.js";

/**
 * @param {string} name
 * @param {{ date: string }[]} days in UTC, the oldest first
 * @param {import("./plot-canvas.js").Series[]} series
 */
export function plot(name, days, series) {
  const { canvas, mark, dayAt } = draw(days, series);
  const last = Math.max(days.length - 1, 0);
  const reading = element("p", { class: "reading" });
  const slider = element(
    "div",
    { class: "plot-box", role: "slider", tabIndex: 0, "aria-label": name, "aria-valuemin": 0, "aria-valuemax": last },
    canvas,
  );
  let at = last;

  /**
   * @param {string} when
   * @param {number[]} values one for each series
   */
  const read = (when, values) => {
    const texts = series.map((each, index) => ({ text: `${number(values[index])} ${each.name}`, kind: each.kind }));
    fill(
      reading,
      element("span", { class: "secondary" }, when),
      ...texts.map(({ text, kind }) => element("span", { class: `value ${kind}` }, text)),
    );
    return `${when}: ${texts.map(({ text }) => text).join(", ")}`;
  };
  const show = (/** @type {number} */ index) => {
    at = Math.min(Math.max(index, 0), last);
    const day = days[at];
    if (!day) return;
    mark(at);
    slider.setAttribute("aria-valuenow", String(at));
    slider.setAttribute(
      "aria-valuetext",
      read(
        dayText(day.date),
        series.map(({ of }) => of(day)),
      ),
    );
  };
  const rest = () => {
    mark(null);
    const total = series.map(({ of }) => days.reduce((sum, day) => sum + of(day), 0));
    read(count(days.length, "day"), total);
  };
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: last };
    const index = /** @type {Record<string, number>} */ (to)[event.key];
    if (index === undefined) return;
    event.preventDefault();
    show(index);
  };
  slider.addEventListener("pointermove", (event) => show(dayAt(event.clientX)));
  slider.addEventListener("pointerleave", rest);
  slider.addEventListener("focus", () => show(at));
  slider.addEventListener("blur", rest);
  slider.addEventListener("keydown", keydown);
  show(last);
  rest();
  return element(
    "figure",
    { class: "plot-figure" },
    element("figcaption", {}, element("h3", {}, name), reading),
    slider,
  );
}
