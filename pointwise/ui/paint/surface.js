// A surface to paint on: a picture, the server's labels over it, and strokes. What is done here is shown at once and kept
// until the server has it (unsent_changes.js). Its layers come as bytes by unseen places of this same component
// (surface.py): the length of some JSON in four bytes, that JSON, and what it is about.

import { paintHand } from "./paint_hand.js"
import { paintKeys } from "./paint_keys.js"
import { paintSheet } from "./paint_sheet.js"
import { SIZES, built, fillClasses, press, say } from "./paint_tools.js"
import { after, backwards } from "./stroke_changes.js"
import { actions, cross, uncross } from "./surface_actions.js"
import { unpacked } from "./surface_layers.js"
import { finish, received } from "./surface_strokes.js"
import { draw, goTo, place } from "./surface_view.js"
import { unsentChanges } from "./unsent_changes.js"

const easels = new Map() // by key: what outlives the elements, which are made anew when somebody comes back to the page
const NOTHING = { strokes: [], cleared: [], seen: {}, number: 0 }
const LATE = "The server does not answer. What you painted is kept here and sent again."
const PATIENCE = 150 // milliseconds before the page says that it waits for an answer

function easel(key) {
  if (!easels.has(key)) {
    const made = {
      key, data: null, view: null, fits: true, tool: "paint", label: 1, size: 0, layer: "labels", opacity: 0.5,
      marks: true, stroke: null, again: [], cross: null, crossed: false, hover: null, went: null, shown: NOTHING,
      layers: {}, elements: null, sheet: null, picture: null, classes: "", frame: 0, end: null, said: "",
    }
    made.arrived = () => arrived(made)
    made.update = () => update(made)
    made.unsent = unsentChanges(key, made.update)
    easels.set(key, made)
  }
  return easels.get(key)
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
  const fits = answer?.labels?.length === data.width * data.height
  if (answer && one.drawn.answer !== answer) sheet.useAnswer(fits ? answer : null)
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
  say(seen.status, late ? LATE : `${one.said} ${strokes}.`.trim())
  place(one)
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
  const more = before?.picture === data.picture && data.classes.length > before.classes.length
  if (more) one.label = data.classes.length // the new class
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

export default function ({ data, parentElement, setTriggerValue }) {
  if (data instanceof Uint8Array) {
    unpacked(data).then((found) => {
      if (!found) return
      const one = easel(found.surface)
      one.layers[found.kind] = found
      arrived(one)
    })
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
