// What Streamlit's metrics on the page show, rewritten in place; the server's next answer overwrites it.

export function write(element, text) {
  const node = element?.childNodes.length === 1 ? element.firstChild : null
  if (node?.nodeType === Node.TEXT_NODE && node.data !== text) node.data = text
}

// Of the metric in the container with this key; ``delta`` is the remark below its value.
export function writeMetric(key, value, delta) {
  const metric = document.querySelector(`.st-key-${key} [data-testid=stMetric]`)
  write(metric?.querySelector("[data-testid=stMetricValue] p"), value)
  if (delta !== undefined) write(metric?.querySelector("[data-testid=stMetricDelta] p"), delta)
}

// A slider of Streamlit's, by the key that makes its class name.
export function slider(key) {
  return document.querySelector(`.st-key-${key} input[type=range]`)
}

// What it shows, where the server knows the value ``known``: one between two steps is rounded by the browser only.
export function position(key, known) {
  const input = slider(key)
  if (!input) return known
  const rounded = Math.abs(input.valueAsNumber - known) <= Number(input.step) / 2 + 1e-9
  return rounded ? known : input.valueAsNumber
}

// As words.probability does.
export function percent(share) {
  if (share > 0 && share < 0.001) return "< 0.1 %"
  return share > 0.999 ? "> 99.9 %" : `${(100 * share).toFixed(1)} %`
}
