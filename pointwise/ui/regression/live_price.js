// The price while a slider is dragged. Streamlit's sliders report on release, so until then the same network is
// evaluated here, with the same weights in float64, and painted: as a diagram, and into the metrics beside it. The
// server's answer comes on release and is equal. Where sliders or metrics are not found, the diagram shows the server's
// house and nothing moves.

import { dollars } from "../../inpage/formats.js"
import { run } from "../../inpage/network.js"
import { CHANGES, container, plotAround, position, slider, writeMetric } from "../../inpage/page.js"

const HEIGHT = 216, TOP = 26, X = [7, 35, 63, 90] // per cent of the width
const SETTLE = 500 // milliseconds
const STILL = 8 // pixels that a finger may move and still tap
const SVG = "http://www.w3.org/2000/svg"
const instances = new WeakMap()

// The network's three layers as stages that network.js knows, in float64.
function staged({ w1, b1, w2, b2, last, base, activation }) {
  const stage = (rows, biases, activated) => ({
    channels: rows.length, inputs: rows[0].length, kernel: 1, stride: 1, padding: 0, activated,
    weights: Float64Array.from(rows.flat()), biases,
  })
  return { activation, stages: [stage(w1, b1, true), stage(w2, b2, true), stage([last], [base], false)] }
}

export function forward(network, inputs) {
  const pixel = { height: 1, width: 1, channels: inputs.length, values: Float64Array.from(inputs) }
  const [first, second, price] = run(staged(network), pixel).map((map) => [...map.values])
  return { layers: [inputs, first, second], price: price[0] }
}

// What the sliders show.
function shown(data) {
  return data.sliders.map((key, i) => position(key, data.house[i]))
}

function make(name, attributes, parent) {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  parent.append(element)
  return element
}

// The diagram: a circle for each channel, a line for each weight. Drawn once for a network, then only restyled.
function diagram(svg, network) {
  svg.replaceChildren()
  const weights = [network.w1, network.w2, [network.last]]
  const sizes = [network.w1[0].length, network.w1.length, network.w2.length, 1]
  const y = (column, i) => TOP + ((i + 0.5) / sizes[column]) * (HEIGHT - TOP)
  const few = sizes[1] * sizes[2] <= 1200
  const lines = weights.map((rows, column) =>
    rows.map((row, i) =>
      row.map((w, j) =>
        few &&
        make("line", {
          class: w < 0 ? "minus" : "plus",
          x1: `${X[column]}%`, y1: y(column, j), x2: `${X[column + 1]}%`, y2: y(column + 1, i),
        }, svg))))
  const nodes = sizes.map((size, column) =>
    Array.from({ length: size }, (_, i) =>
      make("circle", {
        class: column === 3 ? "price" : "channel",
        cx: `${X[column]}%`, cy: y(column, i), r: Math.min(7, (0.4 * (HEIGHT - TOP)) / size),
      }, svg)))
  const heads = ["house", `${sizes[1]} channels`, `${sizes[2]} channels`, "price"]
  heads.forEach((text, column) => {
    make("text", { x: `${X[column]}%`, y: 13, "text-anchor": "middle" }, svg).textContent = text
  })
  ;["sq ft", "rooms"].forEach((text, i) => {
    make("text", { x: `${X[0]}%`, y: y(0, i) + 22, "text-anchor": "middle" }, svg).textContent = text
  })
  const scales = largest(network, weights)
  return { weights, lines, nodes, scales }
}

// The largest channel and the largest product in each layer over the range, so that a strong line looks strong.
function largest(network, weights) {
  const scales = weights.map(() => ({ channel: 1e-9, product: 1e-9 }))
  for (let a = 0; a <= 6; a++) {
    for (let b = 0; b <= 6; b++) {
      const { layers } = forward(network, [a / 5, b / 5])
      layers.forEach((values, column) => {
        for (const value of values) scales[column].channel = Math.max(scales[column].channel, Math.abs(value))
        for (const row of weights[column])
          row.forEach((w, j) => { scales[column].product = Math.max(scales[column].product, Math.abs(w * values[j])) })
      })
    }
  }
  return scales
}

function restyle({ weights, lines, nodes, scales }, layers) {
  layers.forEach((values, column) => {
    values.forEach((value, j) => {
      const strength = Math.min(1, Math.abs(value) / scales[column].channel)
      const share = value === 0 ? 0 : 15 + 85 * strength
      nodes[column][j].style.fill = `color-mix(in srgb, currentColor ${share}%, var(--st-background-color))`
    })
    weights[column].forEach((row, i) =>
      row.forEach((w, j) => {
        const line = lines[column][i][j]
        if (line) line.style.strokeOpacity = 0.04 + 0.96 * Math.sqrt(Math.min(1, Math.abs(w * values[j]) / scales[column].product))
      }))
  })
}

function sentence(network, layers) {
  const on = (values) => values.filter((value) => value > 0).length
  const [, first, second] = layers
  const key = "Blue lines add, orange ones take away."
  if (network.activation !== "relu") return `${key} With ${network.activation} no channel is ever off.`
  return `${key} ${on(first)} of ${first.length} and ${on(second)} of ${second.length} channels are on.`
}

function paint(instance) {
  const { data, parts, root } = instance
  const house = shown(data)
  const inputs = house.map((value, i) => value / data.unit[i])
  const truth = house[0] * data.dollars[0] + house[1] * data.dollars[1]
  const { layers, price } = forward(data.networks.predicted, inputs)
  restyle(parts, layers)
  const text = sentence(data.networks.predicted, layers)
  root.querySelector("figcaption").textContent = text
  root.querySelector("output").textContent = dollars(price)
  root.querySelector("svg").setAttribute("aria-label", `The network at work: ${dollars(price)}`)
  writeMetric(data.metrics.predicted, dollars(price))
  writeMetric(data.metrics.truth, dollars(truth))
  writeMetric(data.metrics.error, dollars(price - truth, true))
  if (data.networks.other) writeMetric(data.metrics.other, dollars(forward(data.networks.other, inputs).price))
}

// What Streamlit does not report: a slider changed by a screen reader, without pointer and keys; and a click or tap on
// the map, which as Streamlit's own selection would know no taps and keep a phone from scrolling.
function watch(instance) {
  let handled = -Infinity // when a pointer or a key was last used
  let pressed = null // how a pointer went down; a scroll takes it away
  const noticed = (event) => {
    handled = performance.now()
    if (event.type === "pointerdown") pressed = event
    if (event.type === "pointercancel") pressed = null
  }
  const changed = ({ target }) => {
    const ours = instance.data.sliders.some((key) => target === slider(key))
    if (!ours || performance.now() - handled < SETTLE) return
    clearTimeout(instance.timer)
    instance.timer = setTimeout(() => instance.report("moved", shown(instance.data)), SETTLE)
  }
  const released = ({ clientX, clientY }) => {
    const box = pressed && plotAround(pressed.target, instance.data.map)?.getBoundingClientRect()
    const still = pressed && Math.hypot(clientX - pressed.clientX, clientY - pressed.clientY) < STILL
    pressed = null
    if (!box || !still) return
    const shares = [(clientX - box.left) / box.width, (box.bottom - clientY) / box.height]
    instance.report("moved", shares.map((share, i) => share * instance.data.reach[i]))
  }
  const listeners = [
    ["pointerdown", noticed], ["pointermove", noticed], ["pointercancel", noticed], ["keydown", noticed],
    ["pointerup", released], ["input", changed],
  ]
  for (const [type, listener] of listeners) document.addEventListener(type, listener, true)
  return () => {
    clearTimeout(instance.timer)
    for (const [type, listener] of listeners) document.removeEventListener(type, listener, true)
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("figure")
  container(data.place)?.style.setProperty("display", "flex")
  const instance = instances.get(parentElement) ?? {}
  instances.set(parentElement, instance)
  Object.assign(instance, { data, root, report: setTriggerValue })
  const shape = JSON.stringify(data.networks.predicted)
  if (instance.shape !== shape) {
    instance.parts = diagram(root.querySelector("svg"), data.networks.predicted)
    instance.shape = shape
  }
  instance.observer ??= new MutationObserver(() => paint(instance))
  instance.unwatch ??= watch(instance)
  instance.observer.disconnect()
  // A slider moves; or an answer of the server's to an earlier house arrives while keys are still being pressed, and is
  // painted over before it is seen.
  for (const place of data.watched.map(container)) if (place) instance.observer.observe(place, CHANGES)
  paint(instance)
  return () => {
    instance.observer.disconnect()
    instance.unwatch()
    instances.delete(parentElement)
  }
}
