// The price while a slider is dragged. Streamlit's sliders report on release, so until then the same network is
// evaluated here, with the same weights in float64, and painted: as a diagram, and into the metrics beside it. The
// server's answer comes on release and is equal. Where sliders or metrics are not found, the diagram shows the server's
// house and nothing moves.

import { dollars } from "../../inpage/formats.js"
import { diagram } from "../../inpage/network_diagram.js"
import { CHANGES, container, plotAround, position, slider, writeMetric } from "../../inpage/page.js"
import { forward } from "../../inpage/price.js"

const SETTLE = 500 // milliseconds
const STILL = 8 // pixels that a finger may move and still tap
const instances = new WeakMap()

// What the sliders show.
function shown(data) {
  return data.sliders.map((key, i) => position(key, data.house[i]))
}

// How the true price comes about, as live_price.py writes it.
function rule([feet, rooms], [perFoot, perRoom]) {
  const plain = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 })
  return `${plain(feet)} × ${dollars(perFoot)} + ${plain(rooms)} × ${dollars(perRoom)}`
}

function paint({ data, parts }) {
  const house = shown(data), { predicted, ...others } = data.networks
  const inputs = house.map((value, i) => value / data.unit[i])
  const truth = house[0] * data.dollars[0] + house[1] * data.dollars[1]
  const { layers, price } = forward(predicted, inputs)
  parts.show({ layers, price, house })
  writeMetric(data.metrics.predicted, dollars(price))
  writeMetric(data.metrics.truth, dollars(truth), rule(house, data.dollars))
  writeMetric(data.metrics.error, dollars(price - truth, true))
  for (const [name, network] of Object.entries(others))
    writeMetric(data.metrics[name], dollars(forward(network, inputs).price))
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
  Object.assign(instance, { data, report: setTriggerValue })
  const shape = JSON.stringify(data.networks.predicted)
  if (instance.shape !== shape) {
    const words = root.querySelector("figcaption"), network = data.networks.predicted
    const about = { names: data.names, unit: data.unit }
    const place = root.querySelector("div")
    place.replaceChildren()
    instance.parts = diagram(place, network, about, (inputs) => forward(network, inputs), (text) => {
      if (words.textContent !== text) words.textContent = text
    })
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
