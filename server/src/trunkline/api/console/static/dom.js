/** Elements from data. Text is always text: nothing here, or anywhere in the console, turns a string into markup. */

const SVG = "http://www.w3.org/2000/svg";
const SYMBOL = "icon-"; // what the ids of symbols begin with in the page
const AGAIN = 2000; // ms until the symbols are asked for again

/** @typedef {Node | string | number | false | null | undefined} Child */

/**
 * @typedef {object} Properties
 * @property {string} [class]
 * @property {Record<string, string>} [data] the `data-` attributes
 * @property {Record<string, (event: any) => void>} [on] the listeners, by type of event
 */

/**
 * Makes an element.
 *
 * A property whose name is one of the DOM's (`hidden`, `value`, `tabIndex`) is set as such; any other is an attribute.
 * Children that are false, null or undefined are left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties & Record<string, any>} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  const { class: names, data = {}, on = {}, ...others } = properties;
  if (names) made.className = names;
  Object.assign(made.dataset, data);
  for (const [type, listener] of Object.entries(on)) made.addEventListener(type, listener);
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined || value === null) continue;
    if (name in made) /** @type {any} */ (made)[name] = value;
    else made.setAttribute(name, String(value));
  }
  fill(made, ...children);
  return made;
}

/**
 * Replaces the children of an element.
 *
 * @param {Element} parent
 * @param {...Child} children
 */
export function fill(parent, ...children) {
  const nodes = /** @type {(Node | string | number)[]} */ (
    children.filter((child) => child !== false && child !== null && child !== undefined)
  );
  parent.replaceChildren(...nodes.map((child) => (child instanceof Node ? child : String(child))));
}

/**
 * Adds the symbols of the icons to the page, once, so that icons are also there while the service is away.
 *
 * The answer to an `XMLHttpRequest` can be a document, without a string in between.
 */
export function loadIcons() {
  const request = new XMLHttpRequest();
  request.open("GET", "console/icons.svg");
  request.responseType = "document";
  request.onload = () => {
    const symbols = request.responseXML?.documentElement;
    if (!(symbols instanceof SVGElement)) return;
    for (const symbol of symbols.children) symbol.id = SYMBOL + symbol.id;
    symbols.style.display = "none";
    document.body.append(symbols);
  };
  request.onerror = () => setTimeout(loadIcons, AGAIN);
  request.send();
}

/**
 * An icon. It is decoration: what it means is said in words beside it, or in the name of its button.
 *
 * @param {string} name the id of a symbol in `icons.svg`
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${SYMBOL}${name}`);
  svg.append(use);
  return svg;
}

/**
 * A button with an icon alone.
 *
 * @param {string} name the id of a symbol in `icons.svg`
 * @param {string} label what it does, for its tooltip and for screen readers
 * @param {(event: MouseEvent) => void} press
 */
export function iconButton(name, label, press) {
  return element(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: press } },
    icon(name),
  );
}
