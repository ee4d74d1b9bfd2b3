/** A plot of numbers by day. It is a slider, so that the keyboard and screen readers can go from day to day. */

import { element, fill } from "./dom.js";
import { number } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [360, 120, 34, 8, 8, 18];

const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

/** @typedef {{ name: string, of: (day: any) => number, kind: string }} Series a line of the plot; `kind` is its class */

/**
 * @param {string} name
 * @param {{ date: string }[]} days in UTC, the oldest first
 * @param {Series[]} series
 */
export function plot(name, days, series) {
  const highest = Math.max(0, ...series.flatMap(({ of }) => days.map(of)));
  const ticks = ticksUpTo(highest);
  const top = ticks[ticks.length - 1];
  const x = (/** @type {number} */ index) =>
    days.length === 1 ? (LEFT + WIDTH - RIGHT) / 2 : LEFT + (index * (WIDTH - LEFT - RIGHT)) / (days.length - 1);
  const y = (/** @type {number} */ value) => HEIGHT - BOTTOM - (value * (HEIGHT - TOP - BOTTOM)) / top;

  const canvas = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "plot", "aria-hidden": "true" });
  for (const tick of ticks) {
    canvas.append(shape("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: "grid" }));
    canvas.append(text(LEFT - 6, y(tick) + 4, "end", number(tick)));
  }
  for (const index of new Set([0, Math.floor((days.length - 1) / 2), days.length - 1])) {
    if (!days[index]) continue;
    const anchor = days.length === 1 ? "middle" : index === 0 ? "start" : index === days.length - 1 ? "end" : "middle";
    canvas.append(text(x(index), HEIGHT - 4, anchor, dayText(days[index].date)));
  }
  for (const { of, kind } of series) {
    const points = days.map((day, index) => `${x(index).toFixed(1)},${y(of(day)).toFixed(1)}`).join(" ");
    canvas.append(shape("polyline", { points, class: `curve ${kind}` }));
  }
  const marker = shape("g", { class: "marker" });
  canvas.append(marker);

  const values = (/** @type {(of: Series["of"]) => number} */ value) =>
    series.map((each) => element("span", { class: `value ${each.kind}` }, `${number(value(each.of))} ${each.name}`));
  const reading = element("p", { class: "reading" });
  const slider = element(
    "div",
    {
      class: "plot-box",
      role: "slider",
      tabIndex: days.length > 0 ? 0 : -1,
      "aria-label": name,
      "aria-valuemin": 0,
      "aria-valuemax": Math.max(days.length - 1, 0),
    },
    canvas,
  );
  let at = days.length - 1;
  const rest = () => {
    const total = (/** @type {Series["of"]} */ of) => days.reduce((sum, day) => sum + of(day), 0);
    fill(
      reading,
      element("span", { class: "secondary" }, days.length === 1 ? "1 day" : `${days.length} days`),
      ...values(total),
    );
    fill(marker);
  };
  const show = (/** @type {number} */ index) => {
    at = Math.min(Math.max(index, 0), days.length - 1);
    const day = days[at];
    if (!day) return;
    fill(reading, element("span", { class: "secondary" }, dayText(day.date)), ...values((of) => of(day)));
    fill(
      marker,
      shape("line", { x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM, class: "grid" }),
      ...(days.length > 0 ? series : []).map(({ of, kind }) =>
        shape("circle", { cx: x(at), cy: y(of(day)), r: 3, class: kind }),
      ),
    );
    slider.setAttribute("aria-valuenow", String(at));
    slider.setAttribute("aria-valuetext", reading.textContent ?? "");
  };
  slider.addEventListener("pointermove", (event) => {
    const { left, width } = canvas.getBoundingClientRect();
    const place = ((event.clientX - left) / width) * WIDTH;
    show(Math.round(((place - LEFT) / (WIDTH - LEFT - RIGHT)) * (days.length - 1)));
  });
  slider.addEventListener("pointerleave", rest);
  slider.addEventListener("focus", () => show(at));
  slider.addEventListener("blur", rest);
  slider.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: days.length };
    const index = /** @type {Record<string, number>} */ (to)[event.key];
    if (index === undefined) return;
    event.preventDefault();
    show(index);
  });
  show(at);
  rest();
  return element(
    "figure",
    { class: "plot-figure" },
    element("figcaption", {}, element("h3", {}, name), reading),
    slider,
  );
}

/**
 * Round numbers from 0 to at least the highest value, at most five.
 *
 * @param {number} highest
 */
export function ticksUpTo(highest) {
  const rough = Math.max(highest, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? 1);
  const amount = Math.max(1, Math.ceil(highest / step));
  return Array.from({ length: amount + 1 }, (_, index) => index * step);
}

/** @param {string} date such as 2026-03-01 */
export function dayText(date) {
  return shortDay.format(new Date(date));
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} anchor
 * @param {string} content
 */
function text(x, y, anchor, content) {
  const made = shape("text", { x, y, "text-anchor": anchor });
  made.textContent = content;
  return made;
}
