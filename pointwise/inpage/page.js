// All that the page's code knows of what others built: Streamlit's containers, components, metrics and sliders, Plotly's
// plot, and the two canvases of the drawing component. What is not found is null, and nothing is painted there.

import { write } from "./bars.js"

// What changes in a container when a slider in it moves or the server rewrites a metric: for a MutationObserver.
export const CHANGES = { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-valuetext"] }

// A container of Streamlit's by its key.
export function container(key) {
  return document.querySelector(`.st-key-${key}`)
}

// Where what scrolls begins to be seen, in pixels of the window.
export function belowHeader() {
  return document.querySelector("[data-testid=stHeader]")?.getBoundingClientRect().bottom ?? 0
}

// The shadow roots of the components in a container.
export function componentRoots(key) {
  const places = document.querySelectorAll(`.st-key-${key} [data-testid=stBidiComponentIsolated]`)
  return [...places].flatMap((place) => place.shadowRoot ?? [])
}

// The drawing component's canvases: finished strokes are on the lower one, the stroke being drawn on the upper one.
export function canvases(key) {
  for (const root of componentRoots(key)) {
    const [lower, upper] = ["lower", "upper"].map((name) => root.querySelector(`canvas.dc-canvas.${name}-canvas`))
    if (lower && upper) return { lower, upper }
  }
  return null
}

// Adds rules to the style of the components in a container, each text once.
const sheets = new Map()

export function dress(key, rules) {
  if (!sheets.has(rules)) {
    const made = new CSSStyleSheet()
    made.replaceSync(rules)
    sheets.set(rules, made)
  }
  for (const { adoptedStyleSheets } of componentRoots(key))
    if (!adoptedStyleSheets.includes(sheets.get(rules))) adoptedStyleSheets.push(sheets.get(rules))
}

// Presses a button, as long as it can be pressed.
export function press(key) {
  container(key)?.querySelector("button")?.click()
}

// Rewrites the text in the metric of a container; ``delta`` is the remark below its value.
export function writeMetric(key, value, delta) {
  const metric = container(key)?.querySelector("[data-testid=stMetric]")
  write(metric?.querySelector("[data-testid=stMetricValue] p"), value)
  if (delta !== undefined) write(metric?.querySelector("[data-testid=stMetricDelta] p"), delta)
}

// A slider's input.
export function slider(key) {
  return container(key)?.querySelector("input[type=range]") ?? null
}

// What a slider shows, where the server knows the value ``known``: one between two steps is rounded by the browser only.
export function position(key, known) {
  const input = slider(key)
  if (!input) return known
  const rounded = Math.abs(input.valueAsNumber - known) <= Number(input.step) / 2 + 1e-9
  return rounded ? known : input.valueAsNumber
}

// The area between the axes of a chart, if ``element`` is in it.
export function plotAround(element, key) {
  return element.closest?.(`.st-key-${key} .nsewdrag`) ?? null
}
