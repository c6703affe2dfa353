// Elements and pictures made from what is given; text is never markup.

import { coloured } from "./formats.js"

export function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value)
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value)
  element.append(...inside)
  return element
}

export function say(element, text) {
  if (element.textContent !== text) element.textContent = text
}

// Values, row by row, as a picture on a canvas of as many pixels.
export function paintMap(canvas, { height, width }, values, scale) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { height, width })
  canvas.getContext("2d").putImageData(new ImageData(coloured(values, scale), width, height), 0, 0)
}

export function table(headings, rows, caption) {
  const cells = (tag, texts) => texts.map((text, at) => make(at || tag === "th" ? tag : "th", at ? {} : { scope: "row" }, text))
  const head = make("tr", {}, ...headings.map((text) => make("th", { scope: "col" }, text)))
  const body = rows.map((texts) => make("tr", {}, ...cells("td", texts)))
  return make("table", {}, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body))
}

// A button among others of which one is in the order of Tab, and the arrow keys lead to the others.
export function amongOthers(buttons) {
  const follow = (event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity }[event.key]
    const from = buttons.indexOf(event.currentTarget)
    if (!step) return
    event.preventDefault()
    buttons[Math.min(buttons.length - 1, Math.max(0, from + step))].focus()
  }
  for (const button of buttons) button.addEventListener("keydown", follow)
  return (chosen) => buttons.forEach((button, at) => {
    button.setAttribute("aria-pressed", at === chosen)
    button.tabIndex = at === Math.max(chosen, 0) ? 0 : -1
  })
}
