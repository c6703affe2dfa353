// What a replay shows of one snapshot: of a drawing its curves, bars and maps, of houses the plane of their prices.
// ``prepare`` makes what is the same for all snapshots, ``paint`` shows the one at ``at``, ``listen`` is called once.

import { coloured, dollars, percent, written } from "../../inpage/formats.js"
import { decoded } from "../../inpage/network.js"
import { write } from "../../inpage/bars.js"

const APART = { x: 0.045, y: 0.075 } // shares of the plot between two labels of curves
const LOWEST = 0.03 // a probability below which no label stands beside a curve
const LEVELS = Float32Array.from({ length: 256 }, (_, level) => level / 255)
const SVG = "http://www.w3.org/2000/svg"

// Where the steps stand on an axis from 0 to 1 that gives the early ones, which are dense, their space.
export function along(steps) {
  const [first, last] = [steps[0], steps.at(-1)].map(Math.log1p)
  return steps.map((step) => (last > first ? (Math.log1p(step) - first) / (last - first) : 1))
}

// Round steps with their places on that axis, no two closer than ``gap``; the first and the last step are among them.
export function ticks(steps, gap = 0.1) {
  const first = steps[0], last = steps.at(-1)
  const round = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat()
  const [, ...candidates] = [first, ...round.filter((step) => step > first && step < last), last]
  const places = along([first, ...candidates])
  const kept = [{ step: first, place: places[0] }]
  candidates.forEach((step, at) => {
    const place = places[at + 1]
    if (step !== last && place - kept.at(-1).place >= gap && 1 - place >= gap) kept.push({ step, place })
  })
  return last > first ? [...kept, { step: last, place: 1 }] : [{ step: last, place: 1 }]
}

// Where a curve's name can stand beside it, as high up as it gets there, without meeting another name; null: nowhere.
export function named(curves, places) {
  const taken = []
  const order = curves.map((_, digit) => digit).sort((a, b) => Math.max(...curves[b]) - Math.max(...curves[a]))
  const names = curves.map(() => null)
  for (const digit of order) {
    const high = places.map((x, at) => ({ x, y: curves[digit][at] })).sort((a, b) => b.y - a.y || b.x - a.x)
    const free = ({ x, y }) => taken.every((t) => Math.abs(t.x - x) >= APART.x || Math.abs(t.y - y) >= APART.y)
    const found = high.find((spot) => spot.y >= LOWEST && free(spot))
    if (found) taken.push((names[digit] = found))
  }
  return names
}

export function nearest(values, value) {
  const far = values.map((one) => Math.abs(one - value))
  return far.indexOf(Math.min(...far))
}

// Channels (C, h, w) of levels as tiles in rows of ``columns``, each pixel ``times`` pixels wide, RGBA.
export function mosaic(levels, [channels, height, width], columns, colours) {
  const times = Math.max(1, Math.round(14 / width)), tile = { h: height * times + 1, w: width * times + 1 }
  const size = { width: columns * tile.w - 1, height: Math.ceil(channels / columns) * tile.h - 1 }
  const pixels = new Uint32Array(size.width * size.height)
  for (let c = 0, from = 0; c < channels; c++) {
    const corner = Math.floor(c / columns) * tile.h * size.width + (c % columns) * tile.w
    for (let y = 0; y < height * times; y++) {
      const row = from + Math.floor(y / times) * width, at = corner + y * size.width
      for (let x = 0; x < width * times; x++) pixels[at + x] = colours[levels[row + Math.floor(x / times)]]
    }
    from += height * width
  }
  return { ...size, pixels }
}

// Rows of levels from the bottom up, as a chart has them.
export function upwards(levels, [rows, columns], colours) {
  const pixels = new Uint32Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let x = 0; x < columns; x++) pixels[(rows - 1 - row) * columns + x] = colours[levels[row * columns + x]]
  return { width: columns, height: rows, pixels }
}

function colourTable({ stops }) {
  return new Uint32Array(coloured(LEVELS, { low: 0, high: 1, stops }).buffer)
}

function floats(text) {
  return new Float32Array(decoded(text).buffer)
}

function put(canvas, { width, height, pixels }) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0)
}

function made(name, parent, { text, ...attributes } = {}) {
  const element = name === "path" ? document.createElementNS(SVG, name) : document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  if (text !== undefined) element.textContent = text
  parent.append(element)
  return element
}

const share = (value) => `${100 * value}%`

function bar(element, { low, high, stops }, text) {
  const colours = stops.map((stop) => `rgb(${stop})`).join(", ")
  element.replaceChildren()
  made("div", element, { style: `background: linear-gradient(90deg, ${colours})` })
  for (const end of low < 0 ? [low, 0, high] : [low, high]) made("span", element, { text: text(end) })
}

// A drawing: curves, bars, and the maps of a layer.
export const drawing = {
  prepare({ root, data }) {
    const all = floats(data.probabilities), places = along(data.steps)
    const classes = data.names.length, rows = data.steps.map((_, at) => all.subarray(classes * at, classes * (at + 1)))
    const curves = data.names.map((_, digit) => rows.map((row) => row[digit]))
    const [plot, svg] = [".plot", "svg"].map((name) => root.querySelector(name))
    svg.replaceChildren()
    for (const old of plot.querySelectorAll(".name, .tick")) old.remove()
    const paths = curves.map((curve, digit) => {
      const points = curve.map((p, at) => `${places[at].toFixed(5)} ${(1 - p).toFixed(5)}`)
      return made("path", svg, { d: `M${points.join("L")}${points.length === 1 ? "h0" : ""}`, "data-digit": digit })
    })
    const point = (digit) => paths.forEach((path, n) => path.classList.toggle("pointed", n === digit))
    const names = named(curves, places).map((spot, digit) =>
      spot && made("span", plot, { class: "name", text: data.names[digit], style: `left: ${share(spot.x)}; bottom: ${share(spot.y)}` }))
    for (const { step, place } of ticks(data.steps))
      made("span", plot, { class: "tick", text: step.toLocaleString("en-US"), style: `left: ${share(place)}` })
    root.querySelector(".answer").classList.toggle("named", data.names.some((name) => name.length > 2))
    const bars = root.querySelector(".rows")
    bars.replaceChildren()
    const lines = curves.map((_, digit) => {
      const line = made("div", bars, { class: "row" })
      made("b", line, { text: data.names[digit], title: data.names[digit] })
      made("i", made("div", line))
      made("span", line, { text: "0" })
      line.addEventListener("pointerenter", () => point(digit))
      line.addEventListener("pointerleave", () => point(null))
      return line
    })
    const [channels, height, width] = data.shape
    write(root.querySelector(".what"), data.what)
    bar(root.querySelector(".scale"), data.scale, written)
    root.querySelector(".maps canvas").style.setProperty("--widest", `${data.columns * (width > 1 ? 56 : 26)}px`)
    const empty = all.every((p) => p === 0) ? data.titles.blank : data.titles.none
    return {
      rows, curves, places, paths, names, lines, point, empty,
      levels: decoded(data.maps), size: channels * height * width, colours: colourTable(data.scale),
    }
  },
  paint({ root, data, parts, at }) {
    const row = parts.rows[at], most = Math.max(...row), digit = most ? row.indexOf(most) : null
    const title = digit === null ? parts.empty : data.titles[most < data.sure ? "unsure" : "sure"]
    const said = title.replace("{percent}", percent(most)).replace("{digit}", () => data.names[digit])
    const step = `step ${data.steps[at].toLocaleString("en-US")}`
    write(root.querySelector(".digit"), digit === null ? "–" : data.names[digit])
    write(root.querySelector(".title"), said)
    parts.lines.forEach((line, n) => {
      line.classList.toggle("best", n === digit)
      line.querySelector("i").style.width = share(row[n])
      write(line.lastChild, percent(row[n]))
      parts.paths[n].classList.toggle("best", n === digit)
      parts.names[n]?.classList.toggle("best", n === digit)
    })
    root.querySelector(".now").style.left = share(parts.places[at])
    const listed = [...row].map((p, n) => `${data.names[n]}: ${percent(p)}`).join("; ")
    root.querySelector(".rows").setAttribute("aria-label", `At ${step}: ${said}. ${listed}`)
    root.querySelector(".plot").setAttribute(
      "aria-label", `${data.names.length} curves of probability over ${data.steps.length} snapshots. At ${step}: ${said}`)
    const canvas = root.querySelector(".maps canvas")
    canvas.setAttribute("aria-label", `${data.what} at ${step}: ${said}`)
    const levels = parts.levels.subarray(at * parts.size, (at + 1) * parts.size)
    put(canvas, mosaic(levels, data.shape, data.columns, parts.colours))
  },
  // Which curve is under the pointer; a click goes to that snapshot.
  listen(instance) {
    const { root } = instance, plot = root.querySelector(".plot"), unit = root.querySelector(".unit")
    const found = ({ clientX, clientY }) => {
      const box = plot.getBoundingClientRect(), { places, rows } = instance.parts
      const at = nearest(places, (clientX - box.left) / box.width)
      return { at, digit: nearest([...rows[at]], (box.bottom - clientY) / box.height) }
    }
    plot.addEventListener("pointermove", (event) => {
      const { at, digit } = found(event), { data, parts } = instance
      parts.point(digit)
      unit.textContent = `${data.names[digit]} at step ${data.steps[at].toLocaleString("en-US")}: ${percent(parts.rows[at][digit])}`
    })
    const left = () => {
      instance.parts?.point(null)
      unit.textContent = "step, the early ones spread out"
    }
    left()
    plot.addEventListener("pointerleave", left)
    plot.addEventListener("click", (event) => instance.choose(found(event).at))
  },
}

// The plane of houses, and one of them.
export const prices = {
  prepare({ root, data }) {
    const [rows, columns] = data.shape, chart = root.querySelector(".plot")
    const place = (value, ends, count) => ((value - ends[0]) / (ends[1] - ends[0])) * (1 - 1 / count) + 0.5 / count
    const x = (feet) => share(place(feet, data.feet.ends, columns)), y = (rooms) => share(place(rooms, data.rooms.ends, rows))
    for (const old of chart.querySelectorAll(".tick")) old.remove()
    for (const tick of data.feet.ticks)
      made("span", chart, { class: "tick", text: tick.toLocaleString("en-US"), style: `left: ${x(tick)}` })
    for (const tick of data.rooms.ticks) made("span", chart, { class: "tick up", text: tick, style: `bottom: ${y(tick)}` })
    const trained = root.querySelector(".trained"), house = root.querySelector(".house")
    Object.assign(trained.style, { width: x(data.trained[0]), height: y(data.trained[1]) })
    house.hidden = root.querySelector(".price").hidden = !data.house
    if (data.house) Object.assign(house.style, { left: x(data.house[0]), bottom: y(data.house[1]) })
    write(root.querySelector(".which"), data.which)
    bar(root.querySelector(".scale"), data.scale, (end) => (end === 0 && data.below ? `${dollars(0)} or less` : dollars(end)))
    return {
      levels: decoded(data.dollars), size: rows * columns, colours: colourTable(data.scale),
      prices: data.prices && floats(data.prices),
    }
  },
  paint({ root, data, parts, at }) {
    const levels = parts.levels.subarray(at * parts.size, (at + 1) * parts.size)
    put(root.querySelector("canvas"), upwards(levels, data.shape, parts.colours))
    const price = parts.prices ? dollars(parts.prices[at]) : ""
    write(root.querySelector(".price b"), price)
    const step = `At step ${data.steps[at].toLocaleString("en-US")}`
    const label = parts.prices ? `${data.which}: ${price}` : "prices by square feet and rooms"
    root.querySelector("canvas").setAttribute("aria-label", `${step}, ${label}`)
  },
  listen() {},
}
