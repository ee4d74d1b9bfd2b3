/** What a plot draws: its axes, its curves, and a marker on a day. */

import { number } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [360, 120, 34, 8, 8, 18];

const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

/** @typedef {{ name: string, of: (day: any) => number, kind: string }} Series a curve; `kind` is its class */

/**
 * @param {{ date: string }[]} days in UTC, the oldest first
 * @param {Series[]} series
 */
export function draw(days, series) {
  const last = days.length - 1;
  const ticks = ticksUpTo(Math.max(0, ...series.flatMap(({ of }) => days.map(of))));
  const x = (/** @type {number} */ index) =>
    last < 1 ? (LEFT + WIDTH - RIGHT) / 2 : LEFT + (index * (WIDTH - LEFT - RIGHT)) / last;
  const y = (/** @type {number} */ value) =>
    HEIGHT - BOTTOM - (value * (HEIGHT - TOP - BOTTOM)) / ticks[ticks.length - 1];
  const point = (/** @type {number} */ index, /** @type {Series} */ { of, kind }) =>
    shape("circle", { cx: x(index), cy: y(of(days[index])), r: 3, class: `point ${kind}` });

  const canvas = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "plot", "aria-hidden": "true" });
  for (const tick of ticks) {
    canvas.append(shape("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: "grid" }));
    canvas.append(shape("text", { x: LEFT - 6, y: y(tick) + 4, "text-anchor": "end" }, number(tick)));
  }
  for (const index of new Set(last < 0 ? [] : [0, Math.floor(last / 2), last])) {
    const anchor = last > 0 && index === 0 ? "start" : last > 0 && index === last ? "end" : "middle";
    canvas.append(shape("text", { x: x(index), y: HEIGHT - 4, "text-anchor": anchor }, dayText(days[index].date)));
  }
  for (const each of series) {
    const points = days.map((day, index) => `${x(index).toFixed(1)},${y(each.of(day)).toFixed(1)}`).join(" ");
    canvas.append(shape("polyline", { points, class: `curve ${each.kind}` }));
    if (last === 0) canvas.append(point(0, each));
  }
  const marker = shape("g", { class: "marker" });
  canvas.append(marker);

  return {
    canvas,
    /** @param {number | null} index of the day that is marked */
    mark(index) {
      marker.replaceChildren();
      if (index === null) return;
      marker.append(shape("line", { x1: x(index), x2: x(index), y1: TOP, y2: HEIGHT - BOTTOM, class: "grid" }));
      marker.append(...series.map((each) => point(index, each)));
    },
    /**
     * The day below a place of the page.
     *
     * @param {number} clientX
     */
    dayAt(clientX) {
      const { left, width } = canvas.getBoundingClientRect();
      const place = ((clientX - left) / width) * WIDTH;
      return Math.round(((place - LEFT) / (WIDTH - LEFT - RIGHT)) * last);
    },
  };
}

/**
 * Round numbers from 0 to at least the highest value, at most six.
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
 * @param {string} [text]
 */
function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}
