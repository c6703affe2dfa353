// The maps that go into a channel, each with a line to the channel's map as thick as its weight. The one that is pointed
// at or has the focus is shown alone in that map (pixels.js); pressing it chooses it.

import { written } from "../../inpage/formats.js"
import { componentRoots } from "../../inpage/page.js"

const THINNEST = 1, THICKEST = 9 // pixels of a line
const DRAWN = "http://www.w3.org/2000/svg"
const instances = new WeakMap()

// A map alone in the large one, or null: that one again.
function alone(instance, number) {
  if (instance.shown === number) return
  instance.shown = number
  instance.root.classList.toggle("pointed", number !== null)
  for (const group of [instance.rows, instance.lines])
    group.forEach((part, at) => part.classList.toggle("on", at === number))
  const one = instance.data.rows[number]
  const detail = one ? { image: one.part, text: one.about } : null
  for (const root of componentRoots(instance.data.map)) root.dispatchEvent(new CustomEvent("pointwise-alone", { detail }))
}

function element(tag, className = "", text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text })
}

function row(instance, { image, kernel, name, chosen, label, channel }, number) {
  const box = element(channel === null ? "div" : "button")
  if (channel !== null) {
    box.type = "button"
    box.setAttribute("aria-pressed", chosen)
    box.addEventListener("click", () => instance.report("chosen", channel))
  } else {
    box.tabIndex = 0
    box.setAttribute("role", "img")
  }
  box.setAttribute(channel === null ? "aria-label" : "aria-description", label)
  for (const [source, kind] of [[image, "map"], [kernel, "kernel"]])
    if (source) box.append(Object.assign(element("img", kind), { src: source, alt: "" }))
  const texts = element("span")
  texts.append(element("b", "", name), element("small"))
  box.append(texts)
  box.addEventListener("pointerenter", () => alone(instance, number))
  box.addEventListener("pointerleave", () => alone(instance, focused(instance)))
  box.addEventListener("focus", () => alone(instance, number))
  box.addEventListener("blur", () => alone(instance, null))
  return box
}

function focused({ rows, root }) {
  const at = rows.indexOf(root.getRootNode().activeElement)
  return at < 0 || !rows[at].matches(":focus-visible") ? null : at
}

function line(instance, number) {
  const { length } = instance.data.rows
  const made = document.createElementNS(DRAWN, "path"), from = number + 0.5, to = length / 2
  made.setAttribute("d", `M0 ${from}C50 ${from} 50 ${to} 100 ${to}`)
  made.addEventListener("pointerenter", () => alone(instance, number))
  made.addEventListener("pointerleave", () => alone(instance, focused(instance)))
  return made
}

// A line's thickness and colour, and the number beside it.
function weigh(instance, number, weight, text) {
  const share = Math.min(1, Math.abs(weight ?? 0) / instance.data.most)
  const path = instance.lines[number]
  path.style.strokeWidth = `${THINNEST + (THICKEST - THINNEST) * share}px`
  path.setAttribute("class", `${weight === null ? "rest" : weight < 0 ? "less" : "more"} ${path.classList.contains("on") ? "on" : ""}`)
  instance.rows[number].lastChild.lastChild.textContent = text
}

function paint(instance) {
  const { rows } = instance.data
  const focus = instance.rows.indexOf(instance.root.getRootNode().activeElement)
  instance.rows = rows.map((one, number) => row(instance, one, number))
  instance.lines = rows.map((_, number) => line(instance, number))
  const list = element("div", "list"), sheet = document.createElementNS(DRAWN, "svg")
  list.append(...instance.rows)
  sheet.setAttribute("viewBox", `0 0 100 ${rows.length}`)
  sheet.setAttribute("preserveAspectRatio", "none")
  sheet.setAttribute("aria-hidden", "true")
  sheet.append(...instance.lines)
  instance.root.replaceChildren(list, sheet)
  rows.forEach((one, number) => weigh(instance, number, one.weight, one.text))
  instance.root.setAttribute("aria-label", instance.data.alt)
  instance.shown = null
  instance.rows[focus]?.focus()
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("section")
  const known = instances.get(parentElement)
  const instance = known ?? { root, rows: [], lines: [] }
  instances.set(parentElement, instance)
  Object.assign(instance, { data, report: setTriggerValue })
  // The slider of one of these weights is held (live_channel.js).
  if (!known)
    root.getRootNode().addEventListener("pointwise-live", ({ detail }) => {
      const number = instance.data.rows.findIndex(({ channel }) => channel === detail.channel)
      if (number >= 0) weigh(instance, number, detail.weight, `× ${written(detail.weight)}`)
    })
  paint(instance)
  return () => {
    alone(instance, null)
    instances.delete(parentElement)
  }
}
