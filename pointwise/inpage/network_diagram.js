// A price network as a picture: the house's one pixel, a circle for each channel, a line for each weight, live. What is
// pointed at, tapped or focused says its numbers, in words and beside the lines; a click keeps it.

import { dollars } from "./formats.js"
import { brief, called, matrices, product, sentence } from "./network_words.js"

const TALL = 452, HEAD = 54, FOOT = 12 // pixels
const COLUMNS = [0.12, 0.4, 0.69, 0.95] // where they stand, as shares of the width
const PIXEL = 46 // the side of a channel of the house, in pixels
const RADIUS = 9, NEAR = 12 // of a channel, and what the pointer may miss it by
const MOST_LINES = 1200
const WIDE = 560 // pixels from which on a product is written with its factors
const SVG = "http://www.w3.org/2000/svg"
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }
const PRICE = { column: 3, i: 0 }

function make(name, attributes, parent, text = "") {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  if (text) element.textContent = text
  parent.append(element)
  return element
}

function same(one, other) {
  return Boolean(one && other) && ["column", "i", "j"].every((key) => one[key] === other[key])
}

// Whether the line from channel j of a column to channel i of the next is talked about where ``item`` is.
function meant(item, column, i, j) {
  if (!item) return true
  if (item.j !== undefined) return same(item, { column, i, j })
  return item.column ? item.column - 1 === column && item.i === i : column === 0 && item.i === j
}

// Lines, circles and words of a network: where each stands, and which of them can be pointed at.
function drawn(svg, network, names) {
  const { weights } = matrices(network)
  const sizes = [network.w1[0].length, network.w1.length, network.w2.length, 1]
  const x = (column) => `${100 * COLUMNS[column]}%`
  const y = (column, i) => HEAD + ((i + 0.5) / sizes[column]) * (TALL - HEAD - FOOT)
  const radius = Math.min(RADIUS, (0.42 * (TALL - HEAD - FOOT)) / Math.max(...sizes))
  const items = new Map()

  const line = (column, i, j, kind) => {
    const ends = { x1: x(column), y1: y(column, j), x2: x(column + 1), y2: y(column + 1, i) }
    const made = make("line", { class: kind, ...ends }, svg)
    items.set(made, { column, i, j })
    return made
  }
  const every = (kind) => weights.map((rows, column) =>
    rows.map((row, i) => row.map((w, j) => line(column, i, j, kind ?? (w < 0 ? "minus" : "plus")))))

  const pixel = { x: x(0), y: y(0, 0) - PIXEL / 2 - 26, width: PIXEL + 34, height: y(0, 1) - y(0, 0) + PIXEL + 52 }
  make("rect", { class: "pixel", rx: 8, transform: `translate(${-PIXEL / 2 - 17} 0)`, ...pixel }, svg)
  const few = sizes[1] * sizes[2] <= MOST_LINES
  const lines = few ? every() : []
  if (few) every("near")

  const node = (column, i) => {
    const labelled = column && { "aria-label": column === 3 ? "Price" : `Channel ${i + 1} of layer ${column}` }
    const group = make("g", { class: "node", role: "button", tabindex: -1, ...labelled }, svg)
    const centre = { cx: x(column), cy: y(column, i) }
    if (column) make("circle", { class: "near", r: NEAR, ...centre }, group)
    const square = { x: x(0), y: y(0, i), width: PIXEL, height: PIXEL, rx: 3 }
    const mark = column
      ? make("circle", { class: column === 3 ? "mark price" : "mark", r: column === 3 ? RADIUS : radius, ...centre }, group)
      : make("rect", { class: "mark", transform: `translate(${-PIXEL / 2} ${-PIXEL / 2})`, ...square }, group)
    const value = column ? null : make("text", { class: "input", x: x(0), y: y(0, i) + PIXEL / 2 + 16 }, svg)
    if (!column) make("text", { class: "input", x: x(0), y: y(0, i) - PIXEL / 2 - 7 }, svg, names[i])
    for (const element of [group, ...group.children]) items.set(element, { column, i })
    return { group, mark, value }
  }
  const nodes = sizes.map((size, column) => Array.from({ length: size }, (_, i) => node(column, i)))

  const products = nodes.slice(0, 3).map((column, from) => column.map((_, j) => {
    const place = { x: x(from), dx: from ? radius + 5 : PIXEL / 2 + 5, y: y(from, j) + 4 }
    return make("text", { class: "product", ...place }, svg)
  }))
  const bias = make("text", { class: "product" }, svg)
  const sum = make("text", { class: "product end sum", x: "100%", y: y(3, 0) + 58 }, svg)
  const biasAt = (column, i) => column === 3
    ? { class: "product end", x: "100%", dx: 0, y: y(3, 0) + 41 }
    : { class: "product", x: x(column), dx: radius + 6, y: y(column, i) + 4 }

  const heads = [["One pixel", `${sizes[0]} channels`], ["Layer 1", `${sizes[1]} channels`], ["Layer 2", `${sizes[2]} channels`]]
  for (const [column, [name, size]] of [...heads, ["Price", "1 number"]].entries()) {
    const place = column === 3 ? { x: "100%", class: "head end" } : { x: x(column), class: "head" }
    make("text", { ...place, y: 14 }, svg, name).classList.add("name")
    make("text", { ...place, y: 32 }, svg, size)
  }
  return { items, lines, nodes, products, bias, biasAt, sum, sizes }
}

// The largest channel and the largest product of each layer over the houses, so that a strong line looks strong.
function largest(network, forward) {
  const range = [0, 1, 2, 3, 4, 5, 6]
  const houses = range.flatMap((a) => range.map((b) => forward([a / 5, b / 5]).layers))
  return matrices(network).weights.map((rows, column) => {
    const values = houses.map((layers) => layers[column])
    const all = values.flatMap((from) => rows.flatMap((row) => row.map((w, j) => Math.abs(w * from[j]))))
    return { channel: Math.max(1e-9, ...values.flat().map(Math.abs)), product: Math.max(1e-9, ...all) }
  })
}

// A network's diagram, put into ``place``; its ``show({layers, price, house})`` paints a house.
//
// ``about`` has the names of the house's channels and their units, ``forward`` evaluates the network, and ``say`` is
// given the sentence of what is chosen, at every change.
export function diagram(place, network, about, forward, say) {
  const svg = make("svg", { role: "group", width: "100%", height: TALL }, place)
  const { weights, biases } = matrices(network), most = largest(network, forward)
  const { items, lines, nodes, products, bias, biasAt, sum, sizes } = drawn(svg, network, about.names)
  let shown = null, pinned = null, pointed = null

  // The products beside the channels that they come from, and the bias beside the one that they go to.
  const label = (item) => {
    const whole = item.j === undefined, column = whole ? item.column - 1 : item.column
    const wide = svg.clientWidth >= WIDE
    products.forEach((texts, from) => texts.forEach((text, j) => {
      const asked = from === column && (whole || item.j === j)
      text.textContent = asked ? product(network, shown, column, item.i, j, wide) : ""
    }))
    bias.textContent = ""
    if (!whole || column < 0) return
    const own = biases[column][item.i]
    bias.textContent = column === 2 ? `constant ${dollars(own)}` : `bias ${brief(own)}`
    for (const [key, value] of Object.entries(biasAt(item.column, item.i))) bias.setAttribute(key, value)
  }

  const paint = () => {
    const item = pointed ?? pinned, { layers, house, price } = shown
    layers.forEach((values, column) => values.forEach((value, j) => {
      const share = value === 0 ? 0 : 12 + 88 * Math.min(1, Math.abs(value) / most[column].channel)
      nodes[column][j].mark.style.fill = `color-mix(in srgb, var(--st-text-color) ${share}%, var(--st-background-color))`
    }))
    lines.forEach((rows, column) => rows.forEach((row, i) => row.forEach(({ style }, j) => {
      const seen = meant(item, column, i, j)
      const strength = Math.sqrt(Math.min(1, Math.abs(weights[column][i][j] * layers[column][j]) / most[column].product))
      style.strokeOpacity = !seen ? 0.04 : item ? 0.45 + 0.55 * strength : 0.06 + 0.94 * strength
      style.strokeWidth = 0.8 + 3 * strength + (item && seen ? 0.8 : 0)
    })))
    house.forEach((value, i) => { nodes[0][i].value.textContent = brief(value / about.unit[i]) })
    nodes.forEach((column, at) => column.forEach(({ group }, i) => {
      group.classList.toggle("chosen", same(item, { column: at, i }))
      group.setAttribute("aria-pressed", String(same(pinned, { column: at, i })))
    }))
    sum.textContent = `= ${dollars(price)}`
    label(item ?? PRICE)
    say(sentence(network, about, shown, item))
  }

  const point = (item) => {
    pointed = item
    if (shown) paint()
  }
  const pin = (item) => {
    pinned = same(pinned, item) ? null : item
    point(null)
  }
  const focus = (item) => {
    for (const node of svg.querySelectorAll(".node")) {
      node.setAttribute("tabindex", -1)
      node.setAttribute("aria-label", called(about, items.get(node)))
    }
    const { group } = nodes[item.column][item.i]
    group.setAttribute("tabindex", 0)
    if (shown) group.setAttribute("aria-label", sentence(network, about, shown, item))
    return group
  }
  const typed = (event) => {
    const item = items.get(event.target), step = STEPS[event.key]
    if (!item) return
    if (event.key === "Escape") pin(null)
    else if (event.key === "Enter" || event.key === " ") pin(item)
    else if (step) {
      const column = Math.min(3, Math.max(0, item.column + step[0]))
      const i = step[0] ? Math.floor(((item.i + 0.5) * sizes[column]) / sizes[item.column]) : item.i + step[1]
      focus({ column, i: Math.min(sizes[column] - 1, Math.max(0, i)) }).focus()
    } else return
    event.preventDefault()
  }

  const at = ({ target }) => items.get(target) ?? null
  svg.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") point(at(event)) })
  svg.addEventListener("pointerleave", () => point(null))
  svg.addEventListener("click", (event) => pin(at(event)))
  svg.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) point(at(event)) })
  svg.addEventListener("focusout", () => point(null))
  svg.addEventListener("keydown", typed)
  focus(PRICE)

  return {
    show(now) {
      shown = now
      paint()
      svg.setAttribute("aria-label", `The network at work: ${dollars(now.price)}. Arrow keys go from channel to channel.`)
      const current = svg.querySelector("[tabindex='0']")
      current.setAttribute("aria-label", sentence(network, about, shown, items.get(current)))
    },
  }
}
