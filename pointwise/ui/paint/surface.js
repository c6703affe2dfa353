// A surface to paint on: a picture, the server's labels over it, and strokes. What is done here is shown at once and kept
// until the server has it (unsent_changes.js). Its layers come as bytes by unseen places of this same component
// (surface.py): the length of some JSON in four bytes, that JSON, and what it is about.

import { paintHand } from "./paint_hand.js"
import { paintKeys } from "./paint_keys.js"
import { paintSheet } from "./paint_sheet.js"
import { LAYERS, SIZES, built, fillClasses, press, say } from "./paint_tools.js"
import { ZOOM, centred, moved, pinched, placeAt, possible, showing, stageAt, whole, zoomed } from "./picture_view.js"
import { after, backwards, far, forwards, rounded, strokeOf } from "./stroke_changes.js"
import { unsentChanges } from "./unsent_changes.js"

const easels = new Map() // by key: what outlives the elements, which are made anew when somebody comes back to the page
const NOTHING = { strokes: [], cleared: [], seen: {}, number: 0 }
const PATIENCE = 150 // milliseconds before the page says that it waits for an answer

function easel(key) {
  if (!easels.has(key)) {
    const made = {
      key, data: null, view: null, fits: true, tool: "paint", label: 1, size: 0, layer: "labels", opacity: 0.5,
      marks: true, stroke: null, again: [], cross: null, crossed: false, hover: null, went: null, shown: NOTHING,
      layers: {}, elements: null, sheet: null, picture: null, classes: "", frame: 0, end: null, said: "",
    }
    made.unsent = unsentChanges(key, () => update(made))
    easels.set(key, made)
  }
  return easels.get(key)
}

// What the server sent of the picture that is on the surface.
function received(one, kind) {
  const found = one.layers[kind]
  return found && found.picture === one.data?.picture ? found : null
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

// What the bytes of a layer hold, besides its JSON.
const opened = {
  picture: async (bytes) => ({ image: await createImageBitmap(new Blob([bytes], { type: "image/png" })) }),
  strokes: (bytes) => {
    const painting = JSON.parse(new TextDecoder().decode(bytes))
    return { ...painting, strokes: painting.strokes.map(strokeOf), cleared: painting.cleared.map(strokeOf) }
  },
  answer: async (bytes, { pixels }) => {
    if (!bytes.length) return { labels: null, uncertainty: null }
    const all = await inflated(bytes)
    return { labels: all.subarray(0, pixels), uncertainty: all.length > pixels ? all.subarray(pixels) : null }
  },
}

async function receive(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const one = easel(head.surface), newest = Symbol(head.kind)
  one[head.kind] = newest
  const content = opened[head.kind](bytes.subarray(4 + length), head)
  const found = { ...head, ...(content instanceof Promise ? await content : content) }
  if (one[head.kind] !== newest) return // a later one was opened faster
  one.layers[head.kind] = found
  arrived(one)
}

// Takes over what is there: the picture, the strokes with changes that wait, and the answer.
function arrived(one) {
  if (!one.data || !one.elements) return
  const { sheet, data } = one
  const known = received(one, "strokes")
  if (known) {
    one.unsent.use(one.send, data.picture, known.seen)
    one.shown = { ...after(known, one.unsent.waiting()), number: known.number }
  } else one.shown = NOTHING
  if (one.drawn.picture !== data.picture) {
    Object.assign(one.drawn, { picture: data.picture, image: null, answer: null })
    sheet.begin(data)
  }
  sheet.dress(data)
  const image = received(one, "picture")?.image, answer = received(one, "answer")
  if (image && one.drawn.image !== image) sheet.usePicture(image)
  if (answer && one.drawn.answer !== answer) sheet.useAnswer(answer.labels?.length === data.width * data.height ? answer : null)
  Object.assign(one.drawn, { image, answer })
  sheet.useStrokes(one.shown.strokes, one.stroke)
  update(one)
}

function busy(one) {
  const known = received(one, "strokes"), number = received(one, "answer")?.number ?? 0
  return Boolean(known) && (number < known.number || one.unsent.waiting().length > 0)
}

function update(one) {
  const { elements: seen, data, shown } = one
  if (!seen || !data) return
  press(seen.tools, one.tool)
  press(seen.layers, one.layer)
  press(seen.labels, one.tool === "paint" ? one.label : 0)
  seen.undo.disabled = !backwards(shown)
  seen.redo.disabled = !one.again.length
  seen.clear.disabled = !shown.strokes.length
  seen.size.input.value = one.size
  seen.size.input.setAttribute("aria-valuetext", `${SIZES[one.size]} pixels`)
  say(seen.size.value, `${SIZES[one.size]} px`)
  seen.opacity.input.value = Math.round(100 * one.opacity)
  seen.opacity.input.disabled = one.layer === "picture" || one.layer === "boundaries"
  say(seen.opacity.value, `${Math.round(100 * one.opacity)} %`)
  seen.marks.checked = one.marks
  const answer = received(one, "answer")
  const marks = {
    strokes: shown.strokes.length, waiting: one.unsent.waiting().length, painting: received(one, "strokes")?.number ?? "",
    answer: answer ? answer.number : "", busy: busy(one), picture: one.drawn.image ? data.picture : "", layer: one.layer,
    tool: one.tool, label: one.label,
  }
  for (const [name, value] of Object.entries(marks)) seen.root.dataset[name] = value
  clearTimeout(one.progress)
  if (busy(one)) one.progress = setTimeout(() => seen.frame.classList.add("busy"), PATIENCE)
  else seen.frame.classList.remove("busy")
  const late = one.unsent.late() && one.unsent.waiting().length
  const strokes = shown.strokes.length === 1 ? "1 stroke" : `${shown.strokes.length} strokes`
  say(seen.status, late ? "The server does not answer. What you painted is kept here and sent again." : `${one.said} ${strokes}.`.trim())
  place(one)
}

// Draws with the next frame; several calls before it are one.
function place(one) {
  one.frame ||= requestAnimationFrame(() => {
    one.frame = 0
    draw(one)
  })
}

function stageOf({ elements: { stage } }) {
  return { width: stage.clientWidth, height: stage.clientHeight }
}

function draw(one) {
  const { elements: seen, data, sheet } = one
  if (!seen?.stage.clientWidth) return
  const stage = stageOf(one), fine = window.devicePixelRatio || 1
  const [width, height] = [stage.width, stage.height].map((side) => Math.round(side * fine))
  if (seen.stage.width !== width || seen.stage.height !== height) Object.assign(seen.stage, { width, height })
  const all = { scale: whole(stage, data), x: 0, y: 0 }
  one.view = possible(one.fits || !one.view ? all : one.view, stage, data)
  seen.root.dataset.zoom = one.view.scale.toFixed(3)
  sheet.draw(one.view, one, fine)
  overlay(one, seen.pixel, data.pixel && [data.pixel[0] + 0.5, data.pixel[1] + 0.5], 0)
  overlay(one, seen.target, one.target, 0)
  const brushes = one.tool === "paint" || one.tool === "erase", at = one.crossed ? one.cross : one.hover
  overlay(one, seen.brush, at, brushes ? Math.max(3, SIZES[one.size] * one.view.scale) : 0)
  seen.brush.classList.toggle("cross", one.crossed)
  seen.brush.classList.toggle("down", one.crossed && Boolean(one.stroke))
  seen.brush.hidden = !at || (!brushes && !one.crossed)
  seen.brush.style.setProperty("--colour", one.tool === "paint" ? data.colours[one.label - 1] : "transparent")
  seen.frame.dataset.tool = one.grabs ? "grab" : one.tool
  under(one, at)
}

// Puts a mark over a place of the picture, ``size`` screen pixels wide.
function overlay(one, element, at, size) {
  element.hidden = !at
  if (!at) return
  const [left, top] = stageAt(one.view, at)
  Object.assign(element.style, { left: `${left}px`, top: `${top}px` })
  element.style.setProperty("--size", `${size}px`)
}

// What is under the pointer or the cross-hair, in words.
function under(one, at) {
  const { data, sheet } = one
  const [x, y] = at ? at.map(Math.floor) : [-1, -1]
  if (x < 0 || y < 0 || x >= data.width || y >= data.height) return say(one.elements.under, "")
  const pixel = y * data.width + x, name = (label) => data.classes[label - 1]?.[0] ?? `class ${label}`
  const [painted, label, unsure] = [sheet.paintedAt(pixel), sheet.labelAt(pixel), sheet.uncertaintyAt(pixel)]
  const parts = [`column ${x + 1}, row ${y + 1}`]
  if (painted) parts.push(`painted ${name(painted)}`)
  if (label) parts.push(`labelled ${name(label)}`)
  if (label && unsure !== null) parts.push(`uncertainty ${Math.round(unsure / 2.55)} %`)
  return say(one.elements.under, parts.join(" · "))
}

function tell(one, said) {
  one.said = said
}

// A stroke from a place of the picture on; false where there is no room for one.
function begin(one, at) {
  if (one.stroke || !received(one, "strokes")) return false
  const { strokes, points, points_in_all: all } = one.data.most
  if (one.shown.strokes.length >= strokes || one.shown.strokes.reduce((sum, { points: own }) => sum + own.length, 0) + points > all) {
    tell(one, "There is no room for more strokes. Undo some, or clear them.")
    update(one)
    return false
  }
  const label = one.tool === "erase" ? 0 : one.label
  one.stroke = { id: "", label, size: SIZES[one.size], points: [rounded(at)] }
  one.target = null
  if (!one.marks) one.marks = true
  one.sheet.go(one.stroke, 0)
  place(one)
  return true
}

function go(one, places) {
  const { stroke } = one
  if (!stroke) return
  const known = stroke.points.length
  for (const at of places)
    if (far(at, stroke.points.at(-1), stroke.size)) stroke.points.push(rounded(at))
  one.tip = rounded(places.at(-1))
  if (stroke.points.length > known) one.sheet.go(stroke, known)
  if (stroke.points.length >= one.data.most.points - 1) {
    finish(one)
    begin(one, one.tip)
  }
  place(one)
}

// The stroke is over, and sent.
function finish(one) {
  const { stroke, tip } = one
  if (!stroke) return
  const last = stroke.points.at(-1)
  if (tip && (tip[0] !== last[0] || tip[1] !== last[1])) {
    stroke.points.push(tip)
    one.sheet.go(stroke, stroke.points.length - 1)
  }
  one.stroke = one.tip = null
  one.again = []
  tell(one, stroke.label ? `Painted ${one.data.classes[stroke.label - 1]?.[0] ?? stroke.label}.` : "Erased.")
  one.unsent.paint(stroke)
  arrived(one)
}

function cancel(one) {
  if (!one.stroke) return
  one.stroke = one.tip = null
  one.sheet.forget()
  place(one)
}

function doAgain(one) {
  const last = one.again.pop()
  if (!last) return
  tell(one, "Done again.")
  one.unsent.add(forwards(last, one.unsent.newId()))
  arrived(one)
}

function undo(one) {
  const back = one.stroke ? null : backwards(one.shown)
  if (!back) return
  one.again.push(back.again)
  tell(one, "Taken back.")
  one.unsent.add(back.change)
  arrived(one)
}

function clear(one) {
  if (one.stroke || !one.shown.strokes.length) return
  one.again = []
  tell(one, "Cleared; Undo brings the strokes back.")
  one.unsent.add(["clear"])
  arrived(one)
}

function look(one, view) {
  one.view = view
  one.fits = view.scale <= whole(stageOf(one), one.data) * 1.0001
  place(one)
}

function zoom(one, factor, at) {
  const stage = stageOf(one)
  if (!factor) look(one, possible({ scale: 0, x: 0, y: 0 }, stage, one.data))
  else look(one, zoomed(one.view, factor, at, stage, one.data))
}

function zoomStep(one, way) {
  const stage = stageOf(one), at = one.crossed ? stageAt(one.view, one.cross) : [stage.width / 2, stage.height / 2]
  zoom(one, way && ZOOM ** way, at)
}

function pick(one, at) {
  const [x, y] = at.map(Math.floor)
  if (x < 0 || y < 0 || x >= one.data.width || y >= one.data.height) return
  one.data = { ...one.data, pixel: [x, y] }
  one.send("pixel", { picture: one.data.picture, x, y })
  place(one)
}

function cross(one, [right, down]) {
  const { width, height } = one.data, stage = stageOf(one)
  const within = (value, most) => Math.min(Math.max(value, 0), most)
  const from = one.cross ?? placeAt(one.view, [stage.width / 2, stage.height / 2]).map((part) => Math.floor(part) + 0.5)
  const first = !one.crossed
  one.crossed = true
  one.cross = first ? from : [within(from[0] + right, width), within(from[1] + down, height)]
  if (one.stroke) go(one, [one.cross])
  look(one, showing(one.view, one.cross, stage, one.data))
}

// Space or Enter: the brush goes down or up, or the pixel is asked for.
function pressKey(one) {
  if (!one.crossed) cross(one, [0, 0])
  if (one.tool === "why") pick(one, one.cross)
  else if (one.stroke) finish(one)
  else if (one.tool !== "move" && begin(one, one.cross)) {
    const [column, row] = one.cross.map((part) => Math.floor(part) + 1)
    tell(one, `Brush down at column ${column}, row ${row}.`)
  }
  update(one)
}

function uncross(one) {
  if (!one.crossed) return
  finish(one)
  one.crossed = false
  place(one)
}

// The actions of hand, keys and buttons.
function actions(one) {
  const set = (name) => (value) => {
    one[name] = value
    update(one)
  }
  const size = (number) => set("size")(Math.min(Math.max(number, 0), one.sizes - 1))
  const at = (on) => placeAt(one.view, on)
  const label = (number) => {
    if (number > one.data.classes.length) return
    one.label = number
    set("tool")("paint")
  }
  return {
    tool: (name) => (name ? set("tool")(name) : one.tool),
    layer: set("layer"), marks: set("marks"), label, sizeNumber: size,
    opacity: (percent) => set("opacity")(percent / 100),
    size: (step) => size(one.size + step),
    nextLayer: () => {
      const names = Object.keys(LAYERS)
      set("layer")(names[(names.indexOf(one.layer) + 1) % names.length])
    },
    undo: () => undo(one), redo: () => doAgain(one), clear: () => clear(one),
    zoom: (factor, on) => (on ? zoom(one, factor, on) : zoomStep(one, factor)),
    pan: (by) => look(one, moved(one.view, by, stageOf(one), one.data)),
    pinch: (from, to) => look(one, pinched(one.view, from, to, stageOf(one), one.data)),
    begin: (on) => {
      uncross(one)
      return begin(one, at(on))
    },
    go: (places) => go(one, places.map(at)),
    end: () => finish(one), cancel: () => cancel(one), pick: (on) => pick(one, at(on)),
    hover: (on) => {
      one.hover = on && at(on)
      if (on && !one.stroke) uncross(one)
      place(one)
    },
    moves: () => one.keys.held(),
    changed: (mode) => {
      one.grabs = mode === "pan"
      place(one)
    },
    scale: () => one.view.scale, cross: (by) => cross(one, by), crossed: () => one.crossed, press: () => pressKey(one),
    leave: () => (one.stroke ? finish(one) : one.crossed ? uncross(one) : one.elements.stage.blur()),
  }
}

// The elements, which are others when the surface has been taken off the page and put there again.
function mount(one, root) {
  one.end?.()
  const stop = new AbortController(), on = actions(one)
  one.elements = built(root, on)
  one.sheet = paintSheet(one.elements.stage)
  one.drawn = { picture: null, image: null, answer: null }
  one.classes = ""
  paintHand(one.elements.stage, on, stop.signal)
  one.keys = paintKeys(root, one.elements.stage, on, stop.signal)
  one.on = on
  one.elements.stage.addEventListener("focus", () => {
    if (one.elements.stage.matches(":focus-visible")) cross(one, [0, 0])
  })
  one.elements.stage.addEventListener("blur", () => uncross(one))
  const size = new ResizeObserver(() => draw(one))
  size.observe(one.elements.stage)
  window.addEventListener("pagehide", () => finish(one), { signal: stop.signal })
  one.end = () => {
    one.unsent.rest() // a message at somebody's click that leaves the page might take the click's place
    finish(one)
    stop.abort()
    size.disconnect()
    cancelAnimationFrame(one.frame)
    clearTimeout(one.progress)
    Object.assign(one, { elements: null, end: null, frame: 0, hover: null, crossed: false, root: null })
  }
}

function show(one, data, send) {
  const before = one.data
  if (before && before.picture !== data.picture) finish(one)
  one.data = data
  one.send = send
  const longest = Math.max(data.width, data.height)
  one.sizes = Math.max(1, SIZES.filter((size) => size <= longest / 3).length)
  if (before?.picture !== data.picture) {
    Object.assign(one, { fits: true, cross: null, again: [], target: null, said: "" })
    one.size = SIZES.slice(0, one.sizes).filter((size) => size <= Math.max(1, longest / 50)).length - 1
  }
  if (before && data.classes.length > before.classes.length && before.picture === data.picture) one.label = data.classes.length
  one.label = Math.min(one.label, data.classes.length)
  one.elements.size.input.max = one.sizes - 1
  const classes = JSON.stringify(data.classes)
  if (classes !== one.classes) fillClasses(one.elements, data, one.on)
  one.classes = classes
  const { style } = one.elements.frame
  style.setProperty("--ratio", data.width / data.height)
  style.setProperty("--most", `${data.height_on_page}px`)
  if (data.goto && data.goto[0] !== one.went) {
    one.went = data.goto[0]
    const [, x, y, across] = data.goto
    requestAnimationFrame(() => goTo(one, [x, y], across))
  }
}

function goTo(one, at, across) {
  if (!one.elements) return
  one.target = one.cross = at
  look(one, centred(at, across, stageOf(one), one.data))
  one.elements.frame.scrollIntoView({ block: "nearest" })
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (data instanceof Uint8Array) {
    receive(data)
    return undefined
  }
  const one = easel(data.surface)
  const root = parentElement.querySelector(".surface") ?? document.createElement("div")
  if (!root.parentNode) parentElement.append(Object.assign(root, { className: "surface" }))
  if (one.root !== root) mount(one, root)
  one.root = root
  show(one, data, setTriggerValue)
  arrived(one)
  return one.end
}
