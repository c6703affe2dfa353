// The elements of the surface: tools and classes above the stage, what is shown of the answer below it.

import { inkOn } from "./label_layers.js"

export const TOOLS = { paint: ["Paint", "B"], erase: ["Erase", "E"], why: ["Why", "W"], move: ["Move", "M"] }
export const LAYERS = { picture: "Picture", labels: "Labels", boundaries: "Boundaries", uncertainty: "Uncertainty" }
export const SIZES = [1, 2, 3, 4, 5, 7, 9, 12, 15, 19, 24, 30, 38, 48, 60, 76, 96, 120, 150, 200]
const KEYS = [
  ["1 – 9", "class"], ["B, E, W, M", "paint, erase, why, move"], ["[ ]", "brush size"], ["V", "next view"],
  ["+ − 0", "zoom in, out, whole picture"], ["Ctrl+Z, Ctrl+Y", "undo, redo"],
  ["Arrows", "move the cross-hair, farther with Shift"], ["Space, Enter", "put the brush down, lift it"],
  ["Esc", "lift the brush, leave the picture"],
  ["Ctrl+wheel, two fingers", "zoom"], ["Space or middle button, two fingers", "move the picture"],
]

function make(name, what = {}, ...inside) {
  const element = Object.assign(document.createElement(name), what)
  element.append(...inside)
  return element
}

function button(text, title, use, named) {
  const element = make("button", { type: "button", textContent: text, title })
  if (named) element.setAttribute("aria-label", named)
  element.addEventListener("click", use)
  return element
}

function group(className, label, ...inside) {
  const element = make("div", { className }, ...inside)
  element.setAttribute("role", "group")
  element.setAttribute("aria-label", label)
  return element
}

function range(label, most, use) {
  const input = make("input", { type: "range", min: 0, max: most, step: 1 })
  const value = make("b")
  input.setAttribute("aria-label", label)
  input.addEventListener("input", () => use(input.valueAsNumber))
  const named = make("label", { className: "range" }, make("span", { textContent: label }), input, value)
  return { input, value, whole: named }
}

export function press(buttons, chosen) {
  for (const [name, element] of Object.entries(buttons)) element.setAttribute("aria-pressed", name === String(chosen))
}

// A text that is written only where it has changed, so that it is not said again.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text
}

export function built(root, on) {
  const tools = Object.fromEntries(Object.entries(TOOLS).map(([name, [text, key]]) =>
    [name, button(text, `${text} (${key})`, () => on.tool(name))]))
  const layers = Object.fromEntries(Object.entries(LAYERS).map(([name, text]) =>
    [name, button(text, `${text} (V: the next view)`, () => on.layer(name))]))
  const undo = button("Undo", "Undo (Ctrl+Z)", () => on.undo())
  const redo = button("Redo", "Redo (Ctrl+Y)", () => on.redo())
  const clear = button("Clear", "Take all strokes away; Undo brings them back", () => on.clear())
  const size = range("Brush size", SIZES.length - 1, on.sizeNumber), opacity = range("Opacity", 100, on.opacity)
  const marks = make("input", { type: "checkbox" })
  marks.addEventListener("change", () => on.marks(marks.checked))
  const classes = group("classes", "Class to paint")
  const stage = make("canvas", { tabIndex: 0 })
  const words = { role: "application", "aria-label": "Picture to paint on", "aria-describedby": "paint-keys" }
  for (const [name, value] of Object.entries(words))
    stage.setAttribute(name, value)
  const [brush, target, pixel] = ["brush", "target", "pixel"].map((className) => make("i", { className, hidden: true }))
  const zoom = group("zoom", "Zoom",
    button("+", "Zoom in (+)", () => on.zoom(1), "Zoom in"),
    button("−", "Zoom out (−)", () => on.zoom(-1), "Zoom out"),
    button("⤢", "Whole picture (0)", () => on.zoom(0), "Whole picture"))
  const status = make("span", { className: "status" }), under = make("span", { className: "under" })
  status.setAttribute("role", "status")
  const keys = make("details", { className: "keys" }, make("summary", { textContent: "Keys and gestures" }),
    make("dl", { id: "paint-keys" }, ...KEYS.flat().map((textContent, n) => make(n % 2 ? "dd" : "dt", { textContent }))))
  const frame = make("div", { className: "stage" }, stage, pixel, target, brush, make("b", { className: "progress" }))
  const showing = make("label", { className: "check" }, marks, "Strokes")
  // A click chooses, and the keys stay with the picture.
  root.onmousedown = (event) => event.target.closest("button") && event.preventDefault()
  root.replaceChildren(
    make("div", { className: "bar" }, group("joined", "Tool", ...Object.values(tools)), size.whole,
      group("buttons", "Strokes", undo, redo, clear), zoom),
    classes, make("div", { className: "around" }, frame),
    make("div", { className: "bar" }, group("joined", "View", ...Object.values(layers)), opacity.whole, showing),
    make("div", { className: "bar words" }, status, under), keys)
  const over = { stage, brush, target, pixel }
  return { root, tools, layers, undo, redo, clear, size, opacity, marks, classes, frame, status, under, ...over }
}

// A button for each class, with its number on its colour, which is hatched as its pixels are (label_layers.js).
export function fillClasses(view, { classes, plain }, on) {
  view.labels = Object.fromEntries(classes.map(([name, colour], n) => {
    const swatch = make("i", { textContent: n + 1, className: n < plain ? "" : "hatched" })
    Object.assign(swatch.style, { backgroundColor: colour, color: inkOn(colour) })
    const title = n < 9 ? `${name} (${n + 1})` : name
    const element = make("button", { type: "button", title }, swatch, " ", make("span", { textContent: name }))
    element.addEventListener("click", () => on.label(n + 1))
    return [n + 1, element]
  }))
  view.classes.replaceChildren(...Object.values(view.labels))
}
