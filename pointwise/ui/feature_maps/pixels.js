// A picture whose pixels can be pointed at: the value under the pointer, a pixel chosen by click, tap or arrow keys;
// or, as a brush, the pixels that a stroke went over (with keys: arrows move, space or Enter rubs).

import { written } from "../../inpage/formats.js"

const STILL = 8 // pixels that a finger may move and still tap
const PAUSE = 150 // milliseconds after the last key before a pixel is reported
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
const instances = new WeakMap()

function pixelAt(instance, event) {
  const { rows, columns } = instance.data
  const box = instance.frame.getBoundingClientRect()
  const share = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width]
  return [rows, columns].map((count, i) => Math.min(count - 1, Math.max(0, Math.floor(share[i] * count))))
}

function outline(instance, element, [y, x]) {
  const { rows, columns } = instance.data
  Object.assign(element.style, {
    top: `${(100 * y) / rows}%`, left: `${(100 * x) / columns}%`,
    height: `${100 / rows}%`, width: `${100 / columns}%`, display: "block",
  })
}

function shown(instance, alone) {
  instance.alone = alone
  instance.picture.src = alone?.image ?? instance.data.image
  instance.frame.classList.toggle("alone", Boolean(alone))
  tell(instance)
}

function tell(instance, pixel) {
  const { values, columns } = instance.data
  const at = pixel ?? instance.point
  const value = values.length === 1 ? values[0] : at ? `row ${at[0] + 1}, column ${at[1] + 1}: ${values[at[0] * columns + at[1]]}` : ""
  const text = instance.alone?.text ?? value
  if (instance.output.textContent !== text) instance.output.textContent = text
}

function move(instance, pixel) {
  instance.point = pixel
  outline(instance, instance.cross, pixel)
  tell(instance)
}

function pick(instance, pixel, wait) {
  move(instance, pixel)
  clearTimeout(instance.timer)
  instance.timer = setTimeout(() => {
    instance.timer = 0
    instance.report("picked", instance.point)
  }, wait)
}

function rub(instance, [top, left]) {
  const { rows, columns, brush } = instance.data
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const index = y * columns + x
      if (Math.hypot(y - top, x - left) > brush || instance.rubbed.has(index)) continue
      instance.rubbed.add(index)
      const mark = document.createElement("s")
      outline(instance, mark, [y, x])
      instance.frame.append(mark)
    }
}

// From the pixel before to this one, so that a quick stroke has no gaps.
function stroke(instance, pixel) {
  const from = instance.last ?? pixel
  const steps = Math.max(1, Math.abs(pixel[0] - from[0]), Math.abs(pixel[1] - from[1]))
  for (let step = 1; step <= steps; step++) rub(instance, pixel.map((to, i) => from[i] + ((to - from[i]) * step) / steps))
  instance.last = pixel
}

function clean(instance) {
  instance.rubbed.clear()
  instance.frame.querySelectorAll("s").forEach((mark) => mark.remove())
}

function pressed(instance, event) {
  if (event.button) return
  instance.down = event
  if (!instance.data.brush) return
  instance.frame.setPointerCapture(event.pointerId)
  instance.last = null
  stroke(instance, pixelAt(instance, event))
}

function moved(instance, event) {
  const pixel = pixelAt(instance, event)
  tell(instance, pixel)
  if (instance.data.brush && instance.down) stroke(instance, pixel)
}

function released(instance, event) {
  const { down } = instance
  instance.down = null
  if (!down) return
  const still = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < STILL
  if (instance.data.brush) instance.report("rubbed", [...instance.rubbed])
  else if (still) pick(instance, pixelAt(instance, event), 0)
}

function typed(instance, event) {
  const { rows, columns, brush } = instance.data
  const point = instance.point ?? [Math.floor(rows / 2), Math.floor(columns / 2)]
  const step = MOVES[event.key]
  const rubs = brush && (event.key === " " || event.key === "Enter")
  if (!step && !rubs) return
  event.preventDefault()
  if (rubs) {
    rub(instance, point)
    instance.report("rubbed", [...instance.rubbed])
    return
  }
  const limits = [rows, columns]
  const next = point.map((at, i) => Math.min(limits[i] - 1, Math.max(0, at + step[i])))
  if (brush) move(instance, next)
  else pick(instance, next, PAUSE)
}

function listen(instance) {
  const { frame } = instance
  // A slider is being dragged (live_channel.js); what the server sends next takes its place.
  frame.getRootNode().addEventListener("pointwise-live", ({ detail }) => {
    instance.data = { ...instance.data, values: detail.values.map(written), image: detail.image }
    shown(instance, null)
  })
  // What one of the maps that go in adds, while it is pointed at (input_maps.js); null when it no longer is.
  frame.getRootNode().addEventListener("pointwise-alone", ({ detail }) => shown(instance, detail))
  frame.addEventListener("pointerdown", (event) => pressed(instance, event))
  frame.addEventListener("pointermove", (event) => moved(instance, event))
  frame.addEventListener("pointerup", (event) => released(instance, event))
  frame.addEventListener("pointercancel", () => {
    instance.down = null
    clean(instance)
  })
  frame.addEventListener("pointerleave", () => tell(instance))
  frame.addEventListener("keydown", (event) => typed(instance, event))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("figure")
  const known = instances.get(parentElement)
  const instance = known ?? {
    frame: root.querySelector("div"), picture: root.querySelector("img"),
    cross: root.querySelector("b"), output: root.querySelector("output"), rubbed: new Set(), down: null, timer: 0,
  }
  instances.set(parentElement, instance)
  Object.assign(instance, { data, report: setTriggerValue })
  if (!known) listen(instance)
  if (!instance.down) clean(instance) // what was sent is in the picture; what is being rubbed stays
  instance.frame.setAttribute("aria-label", data.alt)
  instance.frame.classList.toggle("brush", data.brush > 0)
  instance.frame.style.aspectRatio = `${data.columns} / ${data.rows}`
  root.classList.toggle("single", data.values.length === 1)
  if (data.point && !instance.timer) move(instance, data.point) // not while a newer one waits to be sent
  shown(instance, null)
  return () => {
    clearTimeout(instance.timer)
    instances.delete(parentElement)
  }
}
