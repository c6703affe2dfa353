// One pixel through a 1×1 convolution, and at the same place through a 3×3 one: the pixel moves over the picture, and the
// maps fill in value by value. All numbers are here; nothing is asked of the server.

import { neighbours, prepared, sentences, sums } from "./pixel_sums.js"
import { built, fill, link, place, put } from "./one_pixel_view.js"

const PACES = { slow: 450, normal: 130, fast: 30 } // milliseconds at a pixel
const HURRY = 16, LEAP = 4 // milliseconds at pixels where nothing changes, and how many of them at once
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
const NO_WEIGHTS = Array(9).fill(0)
const instances = new WeakMap()
const LESS_MOTION = "(prefers-reduced-motion: reduce)"
const calm = () => matchMedia(LESS_MOTION).matches // then the maps are filled in from the start

// Whether the nine pixels around one are nearly alike in all channels: the animation hurries over such places.
function dullness({ rows, columns }, channels) {
  const spread = channels.map((channel) => 8 * (Math.max(...channel) - Math.min(...channel)))
  return Array.from({ length: rows * columns }, (_, at) => channels.every((channel, c) => {
    const { pixels } = neighbours(channel, NO_WEIGHTS, at, rows, columns)
    return Math.max(...pixels) - Math.min(...pixels) <= spread[c] + 1
  }))
}

function paint(instance) {
  const { data, ready, view, map, at } = instance, found = sums(data, ready, map, at)
  place(view, data, ready, found, map, at)
  instance.words = sentences(data, found, map, at)
  view.equation.setAttribute("aria-label", instance.words[0])
  view.nine?.equation.setAttribute("aria-label", instance.words[1])
  link(view)
}

// Fill in the maps at a pixel.
function reveal(instance, at) {
  const { data, ready, view, seen } = instance
  if (seen[at]) return
  seen[at] = 1
  const dot = (canvas, colours) => canvas.getContext("2d").putImageData(
    new ImageData(colours.slice(4 * at, 4 * at + 4), 1, 1), at % data.columns, Math.floor(at / data.columns))
  dot(view.map, ready.colours[instance.map])
  view.thumbs.forEach((canvas, k) => dot(canvas, ready.colours[k]))
  if (view.edge) dot(view.edge, ready.edgeColours)
}

function revealAll(instance) {
  for (let at = 0; at < instance.seen.length; at++) reveal(instance, at)
}

// Paint the maps anew as far as they were filled in.
function repaint(instance) {
  const { view, seen } = instance, before = seen.slice()
  for (const canvas of [view.map, view.edge, ...view.thumbs])
    canvas?.getContext("2d").clearRect(0, 0, canvas.width, canvas.height)
  seen.fill(0)
  before.forEach((is, at) => is && reveal(instance, at))
}

function go(instance, at) {
  instance.at = at
  reveal(instance, at)
  paint(instance)
}

// A pixel that somebody chose by key or button, told to who cannot see it.
function chose(instance, at) {
  play(instance, false)
  go(instance, at)
  put(instance.view.said, instance.words.join(" "))
}

// The pixel that follows; after the last one the maps are empty again, where they fill in by themselves.
function advance(instance) {
  if (instance.at === instance.seen.length - 1) begin(instance)
  else instance.at++
  return instance.at
}

function begin(instance) {
  instance.seen.fill(calm() ? 1 : 0)
  repaint(instance)
  go(instance, 0)
}

function play(instance, wanted) {
  instance.wanted = wanted
  put(instance.view.play, wanted ? "Pause" : "Play")
  onwards(instance)
}

function playOrPause(instance) {
  if (!instance.wanted && instance.seen.every((is) => is)) begin(instance)
  play(instance, !instance.wanted)
}

function onwards(instance) {
  const { wanted, inView, held } = instance
  clearTimeout(instance.timer)
  if (!wanted || !inView || held || document.hidden) return
  const dull = instance.dull[instance.at]
  instance.timer = setTimeout(() => tick(instance), dull ? HURRY : PACES[instance.pace])
}

function tick(instance) {
  const last = instance.seen.length - 1
  let next = advance(instance)
  for (let n = 1; n < LEAP && instance.dull[next] && next < last; n++) reveal(instance, next++)
  go(instance, next)
  if (next === last) play(instance, false)
  else onwards(instance)
}

function pace(instance, name) {
  instance.pace = name
  instance.view.paces.forEach((button) => button.setAttribute("aria-pressed", button.value === name))
}

function pixelAt({ data }, frame, event) {
  const box = frame.getBoundingClientRect()
  const part = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)))
  const y = part((event.clientY - box.top) / box.height, data.rows)
  return y * data.columns + part((event.clientX - box.left) / box.width, data.columns)
}

function listen(instance) {
  const { view } = instance, motion = matchMedia(LESS_MOTION)
  for (const frame of [view.frame, ...view.maps]) {
    frame.addEventListener("pointermove", (event) => {
      instance.held = true
      clearTimeout(instance.timer)
      go(instance, pixelAt(instance, frame, event))
    })
    frame.addEventListener("click", (event) => chose(instance, pixelAt(instance, frame, event)))
    frame.addEventListener("pointerleave", () => {
      instance.held = false
      onwards(instance)
    })
  }
  view.frame.addEventListener("keydown", (event) => {
    const { rows, columns } = instance.data, step = MOVES[event.key]
    if (event.key === " ") {
      instance.held = false
      playOrPause(instance)
    } else if (step) {
      const y = Math.floor(instance.at / columns) + step[0], x = (instance.at % columns) + step[1]
      if (y >= 0 && y < rows && x >= 0 && x < columns) chose(instance, y * columns + x)
    } else return
    event.preventDefault()
  })
  view.play.addEventListener("click", () => playOrPause(instance))
  view.step.addEventListener("click", () => chose(instance, advance(instance)))
  view.all.addEventListener("click", () => {
    play(instance, false)
    revealAll(instance)
    put(view.said, "All values are filled in.")
  })
  view.paces.forEach((button) => button.addEventListener("click", () => {
    pace(instance, button.value)
    play(instance, true)
  }))
  const moved = () => {
    view.figure.classList.toggle("calm", motion.matches)
    if (!motion.matches) return
    play(instance, false)
    revealAll(instance)
  }
  const shown = () => onwards(instance)
  motion.addEventListener("change", moved)
  document.addEventListener("visibilitychange", shown)
  const sight = new IntersectionObserver(([entry]) => {
    instance.inView = entry.isIntersecting
    onwards(instance)
  }, { threshold: 0.25 })
  sight.observe(view.figure)
  const size = new ResizeObserver(() => link(view))
  size.observe(view.figure)
  moved()
  return () => {
    clearTimeout(instance.timer)
    sight.disconnect()
    size.disconnect()
    motion.removeEventListener("change", moved)
    document.removeEventListener("visibilitychange", shown)
  }
}

function mounted(figure, data) {
  const instance = { data: null, map: 0, at: data.start, wanted: !calm(), inView: false, held: false, timer: 0 }
  instance.view = built(figure, data, (map) => {
    instance.map = map
    repaint(instance)
    paint(instance)
  })
  pace(instance, "normal")
  return instance
}

// What decides which elements there are.
function structure({ rows, columns, weights, biases, shown, channels, kernel, activation }) {
  const counts = [rows, columns, weights.length, shown[0].length, channels.length]
  return JSON.stringify([...counts, biases.some((bias) => bias), Boolean(kernel), Boolean(activation)])
}

function take(instance, data) {
  const size = data.rows * data.columns
  instance.data = data
  instance.ready = prepared(data)
  instance.dull = dullness(data, instance.ready.channels)
  instance.seen = new Uint8Array(size).fill(1, 0, calm() ? size : instance.at + 1)
  fill(instance.view, data)
  repaint(instance)
  paint(instance)
}

export default function ({ data, parentElement }) {
  const known = instances.get(parentElement)
  if (known && structure(known.data) === structure(data)) {
    if (known.data.version !== data.version) take(known, data)
    return known.end
  }
  known?.end()
  const instance = mounted(parentElement.querySelector("figure"), data)
  take(instance, data)
  const stop = listen(instance)
  play(instance, instance.wanted)
  instance.end = () => {
    stop()
    instances.delete(parentElement)
  }
  instances.set(parentElement, instance)
  return instance.end
}
