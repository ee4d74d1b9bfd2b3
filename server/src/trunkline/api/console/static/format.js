/** Times and numbers as people read them, in the language and the time zone of the browser. */

const DAY = 86_400_000; // ms
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu; // they control what is around them

// Made when they are first needed: each costs more than a row of the list.
const clock = dateFormat({ hour: "numeric", minute: "2-digit" });
const weekday = dateFormat({ weekday: "short" });
const dayOfYear = dateFormat({ day: "numeric", month: "short" });
const date = dateFormat({ day: "numeric", month: "short", year: "numeric" });
const longDay = dateFormat({ weekday: "long", day: "numeric", month: "long" });
const moment = dateFormat({ dateStyle: "medium", timeStyle: "medium" });
const clockWithSeconds = dateFormat({ timeStyle: "medium" });
const numbers = once(() => new Intl.NumberFormat());
const relative = once(() => new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }));

/**
 * The time of day: 14:07.
 *
 * @param {string} time in RFC 3339
 */
export function timeOf(time) {
  return clock().format(new Date(time));
}

/**
 * The day: Today, Yesterday, Tuesday 3 March, or with the year if it is not this one.
 *
 * @param {string} time in RFC 3339
 */
export function dayOf(time) {
  const then = new Date(time);
  const days = daysAgo(then);
  if (days === 0 || days === 1) return capitalized(relative().format(-days, "day"));
  return (then.getFullYear() === new Date().getFullYear() ? longDay : date)().format(then);
}

/**
 * A time in as few letters as tell it: 14:07, Tue, 3 Mar, or 3 Mar 2025.
 *
 * @param {string} time in RFC 3339
 */
export function shortTime(time) {
  const then = new Date(time);
  const days = daysAgo(then);
  if (days <= 0) return clock().format(then);
  if (days < 7) return weekday().format(then);
  return (then.getFullYear() === new Date().getFullYear() ? dayOfYear : date)().format(then);
}

/**
 * The date and the time to the second, for tooltips and details.
 *
 * @param {string} time in RFC 3339
 */
export function momentOf(time) {
  return moment().format(new Date(time));
}

/**
 * A time in a log: 14:07:33, or with the day if it is not today.
 *
 * @param {string} time in RFC 3339
 */
export function logTime(time) {
  const then = new Date(time);
  const text = clockWithSeconds().format(then);
  return daysAgo(then) === 0 ? text : `${dayOfYear().format(then)}, ${text}`;
}

/**
 * How long something took: 3.2 ms, 48 ms, 1.4 s.
 *
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/**
 * How long ago, or until: 5 minutes ago, in 2 hours.
 *
 * @param {string} time in RFC 3339
 */
export function relativeTime(time) {
  const seconds = (new Date(time).getTime() - Date.now()) / 1000;
  for (const [unit, length] of /** @type {const} */ ([
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ])) {
    if (Math.abs(seconds) >= length) return relative().format(Math.trunc(seconds / length), unit);
  }
  return relative().format(Math.trunc(seconds), "second");
}

/** @param {number} value */
export function number(value) {
  return numbers().format(value);
}

/**
 * A size in bytes as people read it: 1.4 MB.
 *
 * @param {number} bytes
 */
export function size(bytes) {
  if (bytes < 1000) return `${number(bytes)} B`;
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/**
 * A number with the noun that it counts: 1 chat, 2 chats.
 *
 * @param {number} value
 * @param {string} noun in the singular, whose plural ends in "s"
 */
export function count(value, noun) {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/**
 * A text with an escape, as in JavaScript, in place of each character that is not seen itself but can move or break what
 * is around it: an override of the direction makes `gpj.exe` look like `exe.jpg`.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replace(UNSEEN, escaped);
}

/**
 * A text of several lines, as `visible` shows each of them.
 *
 * @param {string} text
 */
export function visibleLines(text) {
  return text.replace(UNSEEN, (unseen) => ("\r\n\t".includes(unseen) ? unseen : escaped(unseen)));
}

/** @param {string} unseen a character */
function escaped(unseen) {
  return `\\u${unseen.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** @param {Date} then */
function daysAgo(then) {
  const midnight = (/** @type {Date} */ at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  return Math.round((midnight(new Date()) - midnight(then)) / DAY);
}

/** @param {string} text */
function capitalized(text) {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** @param {Intl.DateTimeFormatOptions} options */
function dateFormat(options) {
  return once(() => new Intl.DateTimeFormat(undefined, options));
}

/**
 * @template T
 * @param {() => T} make
 */
function once(make) {
  /** @type {T | undefined} */
  let made;
  return () => {
    made ??= make();
    return made;
  };
}
