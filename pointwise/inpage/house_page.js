// A page of its own that prices houses: sliders, the network at work, and its price of every house in the range.

import { make, paintMap, say } from "./elements.js"
import { dollars, scaleOf } from "./formats.js"
import { diagram } from "./network_diagram.js"
import { forward } from "./price.js"
import { voice } from "./voice.js"

const CELLS = 61 // houses along each side of the surface
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

const found = (id) => document.getElementById(id)
const about = JSON.parse(found("about").textContent)
const { network, unit, most, steps, names } = about
const sliders = names.map((_, i) => found(`slider-${i}`)), spoken = voice()
const priced = (inputs) => forward(network, inputs)

const words = found("words"), parts = diagram(found("diagram"), network, { names, unit }, priced, (text) => say(words, text))
const surface = found("surface"), cross = make("b")
surface.parentElement.append(cross)

// Rows from the most rooms to none, as on a chart.
const share = (n) => n / (CELLS - 1)
const prices = Float64Array.from({ length: CELLS * CELLS }, (_, at) => {
  const shares = [share(at % CELLS), 1 - share(Math.floor(at / CELLS))]
  return priced(shares.map((part, i) => (part * most[i]) / unit[i])).price
})
const scale = { ...scaleOf(prices), low: Math.min(...prices), high: Math.max(...prices) }
paintMap(surface, { height: CELLS, width: CELLS }, prices, { ...scale, stops: scaleOf([1]).stops })
say(found("least"), dollars(scale.low))
say(found("most"), dollars(scale.high))
const ramp = Float64Array.from({ length: 64 }, (_, n) => n / 63)
paintMap(found("ramp"), { height: 1, width: 64 }, ramp, scaleOf([1]))

function show() {
  const house = sliders.map((slider) => slider.valueAsNumber)
  const { layers, price } = priced(house.map((value, i) => value / unit[i]))
  parts.show({ layers, price, house })
  say(found("price"), dollars(price))
  found("price").dataset.price = price
  house.forEach((value, i) => say(found(`value-${i}`), `${value.toLocaleString("en-US")} ${names[i]}`))
  const outside = house.some((value, i) => value > unit[i])
  found("outside").hidden = !outside
  cross.style.left = `${(100 * house[0]) / most[0]}%`
  cross.style.top = `${100 - (100 * house[1]) / most[1]}%`
  const where = house.map((value, i) => `${value.toLocaleString("en-US")} ${names[i]}`).join(", ")
  surface.setAttribute("aria-label", `Prices by ${names.join(" and ")}. ${where}: ${dollars(price)}. Arrow keys choose another house.`)
}

function move(shares) {
  shares.forEach((part, i) => { sliders[i].value = Math.min(Math.max(part, 0), 1) * most[i] })
  show()
}

surface.addEventListener("pointerdown", (event) => {
  if (event.button) return
  const to = ({ clientX, clientY }) => {
    const box = surface.getBoundingClientRect()
    move([(clientX - box.left) / box.width, (box.bottom - clientY) / box.height])
  }
  surface.setPointerCapture(event.pointerId)
  const stop = new AbortController()
  surface.addEventListener("pointermove", to, { signal: stop.signal })
  for (const type of ["pointerup", "pointercancel"]) surface.addEventListener(type, () => stop.abort(), { signal: stop.signal })
  to(event)
})
surface.addEventListener("keydown", (event) => {
  const step = STEPS[event.key]
  if (!step) return
  event.preventDefault()
  move(sliders.map((slider, i) => (slider.valueAsNumber + step[i] * steps[i]) / most[i]))
})
for (const slider of sliders) {
  slider.addEventListener("input", show)
  slider.addEventListener("change", () => spoken.say(found("price").textContent))
}
show()
