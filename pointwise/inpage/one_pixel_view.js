// What the figure looks like: its elements, the numbers and marks in them, and the lines from the pixel to its sum and on
// to its value.

import { around, hundredths, printed } from "./pixel_sums.js"

const BODY = `<div class="board"><div class="pic"><div class="name"></div>
<div class="frame" tabindex="0" role="application"><canvas></canvas><b class="nine"></b><b class="one"></b></div>
<div class="scale"></div></div>
<div class="mid one"><div class="title"></div><p></p><div class="equation" role="img"></div></div>
<div class="out one"><div class="name"></div><div class="thumbs" role="group"></div>
<div class="frame"><canvas role="img"></canvas><b></b></div><div class="scale"></div></div>
<div class="mid nine"><div class="title"></div><p></p><div class="equation" role="img"></div></div>
<div class="out nine"><div class="name"></div>
<div class="frame"><canvas role="img"></canvas><b></b></div><div class="scale"></div></div>
<div class="player"><button class="play" type="button">Play</button><button class="step" type="button">Step</button
><button class="all" type="button">Fill in</button><div class="paces" role="group" aria-label="Speed"
><button type="button" value="slow">Slow</button><button type="button" value="normal">Normal</button
><button type="button" value="fast">Fast</button></div><span>or point at a pixel</span></div></div>
<svg aria-hidden="true"><path class="under nine"/><path class="under one"/><path class="nine"/><path class="one"/></svg>
<output class="said" aria-live="polite"></output>`

function made(parent, tag, name = "", text = "") {
  const element = document.createElement(tag)
  if (name) element.className = name
  if (text) element.textContent = text
  parent.append(element)
  return element
}

// The figure's elements, and what the caller needs of them; ``choose`` is called with the number of another map.
export function built(figure, data, choose) {
  figure.innerHTML = BODY
  figure.classList.toggle("alone", !data.kernel)
  const find = (selector) => figure.querySelector(selector)
  const equation = find(".mid.one .equation")
  heads(equation, "pixel", "weight")
  const view = {
    figure, equation,
    frame: find(".pic .frame"), picture: find(".pic canvas"), said: find("output"),
    map: find(".out.one canvas"), edge: data.kernel && find(".out.nine canvas"),
    maps: [...figure.querySelectorAll(".out .frame")],
    play: find(".play"), step: find(".step"), all: find(".all"), paces: [...find(".paces").children],
    lines: data.shown[0].map(() => term(equation, data)),
    rest: data.shown[0].length < data.channels.length ? total(equation) : null,
    bias: data.biases.some((bias) => bias) ? total(equation) : null,
    rule: made(equation, "hr"),
    sum: total(equation),
    bent: data.activation ? total(equation) : null,
    thumbs: [],
  }
  view.value = (view.bent ?? view.sum).number
  view.value.classList.add("value")
  if (data.kernel) view.nine = nine(find(".mid.nine .equation"))
  const several = data.weights.length > 1 ? data.weights : []
  view.buttons = several.map((_, k) => thumb(view, find(".thumbs"), () => choose(k)))
  for (const canvas of [view.picture, view.map, view.edge, ...view.thumbs].filter(Boolean))
    Object.assign(canvas, { width: data.columns, height: data.rows })
  return view
}

function heads(equation, ...names) {
  names.forEach((name, n) => (made(equation, "small", "", name).style.gridColumn = [1, 3][n]))
}

function term(equation, data) {
  const pixel = made(equation, "div", "pixel"), many = data.channels.length > 1
  const tile = many ? made(made(pixel, "span", "tile"), "canvas") : null
  const spot = many ? made(tile.parentElement, "b") : null
  const cell = made(pixel, "i", "cell"), name = made(pixel, "small")
  if (tile) Object.assign(tile, { width: data.columns, height: data.rows })
  made(equation, "span", "sign", "×")
  const weight = made(made(equation, "div", "weight"), "i", "cell plain")
  made(equation, "span", "sign", "=")
  return { tile, spot, cell, name, weight, product: made(equation, "span", "number") }
}

function total(equation) {
  return { label: made(equation, "span", "label"), number: made(equation, "span", "number") }
}

function nine(equation) {
  heads(equation, "nine pixels", "nine weights")
  const cells = (name, plain) => {
    const block = made(equation, "div", name)
    return { block, cells: Array.from({ length: 9 }, () => made(block, "i", plain)) }
  }
  const pixels = cells("grid pixels", "cell")
  made(equation, "span", "sign", "×")
  const weights = cells("grid weights", "cell plain")
  made(equation, "span", "sign", "=")
  const value = made(equation, "span", "number value")
  return { equation, block: pixels.block, pixels: pixels.cells, weights: weights.cells, value }
}

function thumb(view, group, choose) {
  const button = made(group, "button")
  button.type = "button"
  view.thumbs.push(made(button, "canvas"))
  button.addEventListener("click", choose)
  return button
}

// Put everything in its place that is the same at all pixels.
export function fill(view, data) {
  const find = (selector) => view.figure.querySelector(selector)
  const raw = Uint8ClampedArray.from(atob(data.picture), (letter) => letter.charCodeAt(0))
  view.picture.getContext("2d").putImageData(new ImageData(raw, data.columns, data.rows), 0, 0)
  for (const frame of view.figure.querySelectorAll(".frame")) frame.style.aspectRatio = `${data.columns} / ${data.rows}`
  put(find(".pic .name"), data.texts.picture)
  put(find(".mid.one .title"), data.texts.one)
  put(find(".mid.one p"), data.texts.one_says)
  put(find(".mid.nine .title"), data.texts.nine)
  put(find(".mid.nine p"), data.texts.nine_says)
  put(find(".out.nine .name"), data.texts.edges)
  find(".thumbs").setAttribute("aria-label", "Which map")
  view.frame.setAttribute("aria-label", data.texts.alt)
  if (data.channels.length === 1) legend(find(".pic .scale"), data.channels[0].scale)
  if (view.rest) put(view.rest.label, data.texts.rest)
  if (view.bias) put(view.bias.label, "plus the bias")
  put(view.sum.label, "sum")
  if (view.bent) put(view.bent.label, data.texts.bent)
  view.buttons.forEach((button, k) => button.setAttribute("aria-label", data.names[k]))
  if (!view.nine) return
  legend(find(".out.nine .scale"), data.kernel.scale)
  view.edge.setAttribute("aria-label", data.texts.edges)
  const { weights } = data.kernel
  weights.forEach((weight, n) => weigh(view.nine.weights[n], printed(100 * weight, true), weight, weights))
}

export function put(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function legend(element, { low, high, stops }) {
  element.replaceChildren()
  const ends = low < 0 ? [low, 0, high] : [low, high]
  made(element, "i").style.background = `linear-gradient(90deg, ${stops.map(([r, g, b]) => `rgb(${r},${g},${b})`)})`
  for (const end of ends) made(element, "span", "", printed(hundredths(end), true))
}

function tint(cell, colours, at) {
  const [r, g, b] = colours.slice(4 * at, 4 * at + 3)
  cell.style.background = `rgb(${r}, ${g}, ${b})`
  const [red, green, blue] = [r, g, b].map((part) => ((part / 255 + 0.055) / 1.055) ** 2.4)
  cell.style.color = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff"
}

// A weight, blue below 0 and orange above it, strongest where it is the largest of all.
function weigh(cell, text, weight, all) {
  const share = Math.abs(weight) / Math.max(...all.map(Math.abs), 1e-9)
  put(cell, text)
  cell.style.background = `rgb(${weight < 0 ? "0 114 178" : "213 94 0"} / ${Math.round(30 * share)}%)`
}

// Put the numbers of a pixel in their places, and the marks around it.
export function place(view, data, ready, { one, nine: nines }, map, at) {
  const { rows, columns } = data, y = Math.floor(at / columns), x = at % columns
  view.lines.forEach((row, n) => {
    const c = data.shown[map][n]
    put(row.cell, printed(one.inputs[n]))
    tint(row.cell, ready.inputColours[c], at)
    const weights = data.weights[map]
    weigh(row.weight, printed(one.weights[n], Number.isInteger(weights[c])), weights[c], weights)
    put(row.product, printed(one.products[n]))
    if (!row.tile) return
    put(row.name, data.channels[c].name)
    if (row.shown !== ready.inputColours[c]) {
      row.tile.getContext("2d").putImageData(new ImageData(ready.inputColours[c], columns, rows), 0, 0)
      row.shown = ready.inputColours[c]
    }
    mark(row.spot, x, y, 1, columns, rows)
  })
  if (view.rest) put(view.rest.number, printed(one.rest))
  if (view.bias) put(view.bias.number, printed(one.bias))
  put(view.sum.number, printed(one.sum))
  if (view.bent) put(view.bent.number, printed(one.value))
  tint(view.value, ready.colours[map], at)
  put(view.figure.querySelector(".out.one .name"), data.names[map])
  view.map.setAttribute("aria-label", data.names[map])
  const scale = view.figure.querySelector(".out.one .scale")
  if (view.scale !== data.scales[map]) legend(scale, (view.scale = data.scales[map]))
  view.buttons.forEach((button, k) => button.setAttribute("aria-pressed", k === map))
  mark(view.figure.querySelector(".pic b.one"), x, y, 1, columns, rows)
  for (const frame of view.maps) mark(frame.querySelector("b"), x, y, 1, columns, rows)
  if (!nines) return
  mark(view.figure.querySelector(".pic b.nine"), x - 1, y - 1, 3, columns, rows)
  around(at, rows, columns).forEach((beside, n) => {
    put(view.nine.pixels[n], printed(nines.pixels[n]))
    tint(view.nine.pixels[n], ready.inputColours[data.kernel.channel], beside)
  })
  put(view.nine.value, printed(nines.sum))
  tint(view.nine.value, ready.edgeColours, at)
}

// A frame around so many pixels, as far as they are in the picture.
function mark(element, x, y, side, columns, rows) {
  const [left, right] = [Math.max(0, x), Math.min(columns, x + side)].map((at) => (100 * at) / columns)
  const [top, bottom] = [Math.max(0, y), Math.min(rows, y + side)].map((at) => (100 * at) / rows)
  const sides = { left, top, width: right - left, height: bottom - top }
  for (const [name, share] of Object.entries(sides)) element.style[name] = `${share}%`
}

// The lines from the pixel to its sum, and from the value to its place in the map; none where they stand below it.
export function link(view) {
  const find = (selector) => view.figure.querySelector(selector), origin = view.figure.getBoundingClientRect()
  const box = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    return { left: left - origin.left, right: right - origin.left, top: top - origin.top, bottom: bottom - origin.top }
  }
  const drawn = (name, window, first, last, value, target) => {
    const from = box(window), top = box(first), bottom = box(last), end = box(value), to = box(target)
    const beside = top.left > from.right && to.left > end.right
    const middle = (to.top + to.bottom) / 2
    const path = !beside ? "" :
      `M${from.right} ${from.top}L${top.left} ${top.top}M${from.right} ${from.bottom}L${bottom.left} ${bottom.bottom}` +
      `M${end.right} ${(end.top + end.bottom) / 2}L${to.left} ${middle}`
    view.figure.querySelectorAll(`svg .${name}`).forEach((line) => line.setAttribute("d", path))
  }
  const cells = view.lines.map((row) => row.tile ?? row.cell)
  drawn("one", find(".pic b.one"), cells[0], cells.at(-1), view.value, find(".out.one b"))
  const { block, value } = view.nine ?? {}
  if (block) drawn("nine", find(".pic b.nine"), block, block, value, find(".out.nine b"))
}
