/** The API, as any client uses it: a key, JSON, the error envelope, and long polls. */

import { Value } from "./store.js";

/** @typedef {Record<string, string | number | boolean | undefined | null>} Query */

/** The pauses before the service is tried again, in milliseconds. The last one repeats. */
const PAUSES = [500, 1000, 2000, 4000, 8000];

const UNAUTHORIZED = 401;

/** What the service answered instead of success. */
export class ApiError extends Error {
  /**
   * @param {number} status the HTTP status
   * @param {{ error?: { code?: number, message?: string, doc_url?: string }, trace_id?: string }} envelope
   * @param {boolean} isRecorded whether the journal may have the request
   */
  constructor(status, envelope, isRecorded) {
    super(envelope.error?.message ?? `the service answered with status ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.code = envelope.error?.code ?? 0;
    this.docUrl = envelope.error?.doc_url ?? null;
    /** What opens the request in the journal; null if it is not there. */
    this.traceId = (isRecorded && envelope.trace_id) || null;
  }
}

/** The service was not reached, or something between it and the page answered in its place. */
export class AwayError extends Error {
  constructor() {
    super("the service does not answer");
    this.name = "AwayError";
  }
}

export class Api {
  /** Whether the service answered the last request. */
  isAway = new Value(false);
  /** What the service said of the key, if it is not valid, or no longer. */
  refused = new Value(/** @type {ApiError | null} */ (null));

  /** @param {string} key */
  constructor(key) {
    this.key = key;
    /** The URL that paths are relative to: that of the service, with the prefix that a proxy may add. */
    this.base = new URL("./", location.href.split("#")[0]);
  }

  /**
   * @param {string} path without a slash at its start
   * @param {Query} [query] without the values that are undefined or null
   */
  url(path, query = {}) {
    const url = new URL(path, this.base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    return url;
  }

  /**
   * Sends a request and returns the headers and the JSON of the response, which is a success; null if it has no body.
   *
   * What the page reads is left out of the journal of requests, so that it has what people and programs do.
   *
   * Throws `ApiError` for an answer that is none, `AwayError` if there is no answer, and an `AbortError` if the signal
   * is aborted.
   *
   * @param {string} method
   * @param {string} path
   * @param {{ query?: Query, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal }} [options]
   * @returns {Promise<{ headers: Headers, content: any }>}
   */
  async request(method, path, { query, body, headers = {}, signal } = {}) {
    /** @type {Record<string, string>} */
    const sent = { authorization: `Bearer ${this.key}`, ...headers };
    const isRecorded = method !== "GET";
    if (!isRecorded) sent["x-trunkline-journal"] = "off";
    if (body !== undefined) sent["content-type"] = "application/json";
    let response;
    let content;
    try {
      response = await fetch(this.url(path, query), {
        method,
        headers: sent,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
        cache: "no-store",
        credentials: "omit",
      });
      const text = await response.text(); // the connection can also end within it
      content = response.ok ? parsed(text) : envelopeOf(text);
    } catch (error) {
      if (signal?.aborted) throw error;
      this.isAway.set(true);
      throw new AwayError();
    }
    this.isAway.set(false);
    if (response.ok) return { headers: response.headers, content };
    const error = new ApiError(response.status, content, isRecorded);
    if (error.status === UNAUTHORIZED) this.refused.set(error);
    throw error;
  }

  /**
   * The JSON of a GET.
   *
   * @param {string} path
   * @param {Query} [query]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async get(path, query, signal) {
    return (await this.request("GET", path, { query, signal })).content;
  }

  /**
   * The JSON of a POST; null if the response has no body.
   *
   * @param {string} path
   * @param {unknown} [body]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async post(path, body, signal) {
    return (await this.request("POST", path, { body, signal })).content;
  }

  /**
   * Repeats what fails because the service is away or too busy, with growing pauses, until it succeeds.
   *
   * @template T
   * @param {() => Promise<T>} attempt
   * @param {AbortSignal} signal
   * @returns {Promise<T>}
   */
  async persist(attempt, signal) {
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (signal.aborted || !isTemporary(error)) throw error;
      }
      await pause(PAUSES[Math.min(failures, PAUSES.length - 1)], signal);
    }
  }
}

/**
 * The JSON of a body; null if it is empty. What is no JSON does not come from the service.
 *
 * @param {string} text
 */
function parsed(text) {
  return text === "" ? null : JSON.parse(text);
}

/**
 * The decoded body of an error response; empty if it is not JSON.
 *
 * @param {string} text
 */
export function envelopeOf(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/**
 * Whether a request that failed with this error may succeed later.
 *
 * @param {unknown} error
 */
export function isTemporary(error) {
  return error instanceof AwayError || (error instanceof ApiError && (error.status >= 500 || error.status === 429));
}

/**
 * Waits. Throws the reason of the signal if it is aborted.
 *
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
