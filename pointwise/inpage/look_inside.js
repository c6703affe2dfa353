// Every channel of every layer of what was just read, also while the pen is down; a channel that is chosen, with its
// weights, its tone curve or kernels, and the sum behind each of its pixels; and the evidence for each digit.

import { amongOthers, make, paintMap, say, table } from "./elements.js"
import { allEvidence, isPooled } from "./evidence.js"
import { scaleOf, written } from "./formats.js"
import { ACTIVATIONS } from "./network.js"
import { pixelSum } from "./pixel_sum.js"

const LISTED = 8 // products of a sum
const DIGITS = 4 // decimals of them
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
const SVG = "http://www.w3.org/2000/svg"

const plural = (count, what) => `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`
const kindOf = ({ flat, kernel }) => (flat ? "dense" : `${kernel}×${kernel} convolution`)

// The values of one channel, row by row.
function channelOf({ channels, height, width, values }, channel) {
  const result = new Float64Array(height * width)
  for (let p = 0; p < result.length; p++) result[p] = values[p * channels + channel]
  return result
}

// The layers of a network, each with its channels as buttons.
function layerOf(stage, number, choose) {
  const pictures = Array.from({ length: stage.channels }, () => make("canvas", { width: 1, height: 1 }))
  const buttons = pictures.map((picture, channel) => make("button", {
    type: "button", "aria-label": `${stage.name}, channel ${channel + 1}`, onclick: () => choose(number, channel),
  }, picture))
  const size = make("p"), group = make("div", { class: "channels", role: "group", "aria-label": `Channels of ${stage.name}` }, ...buttons)
  const title = make("h3", {}, `${stage.name} `, make("small", { class: stage.kernel === 1 && !stage.flat ? "pointwise" : "" }, kindOf(stage)))
  return { section: make("section", { class: "layer" }, title, size, group), pictures, size, mark: amongOthers(buttons), seen: false }
}

function paintLayer({ pictures, size, section }, stage, maps) {
  const scale = scaleOf(maps.values)
  section.classList.toggle("single", maps.height * maps.width === 1)
  say(size, `${plural(stage.inputs, "channel")} → ${stage.channels} of ${maps.height} × ${maps.width}`)
  pictures.forEach((picture, channel) => paintMap(picture, maps, channelOf(maps, channel), scale))
}

function curve(network, stage, channel) {
  const w = stage.weights[channel], b = stage.biases[channel], act = stage.activated ? ACTIVATIONS[network.activation] : (x) => x
  const points = Array.from({ length: 81 }, (_, n) => n / 40 - 1).map((x) => [x, act(w * x + b)])
  const most = Math.max(1e-9, ...points.map(([, y]) => Math.abs(y)))
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path")
  svg.setAttribute("viewBox", "-1.05 -1.1 2.1 2.2")
  svg.setAttribute("role", "img")
  svg.setAttribute("aria-label", `Tone curve: ${written(points[0][1])} for black, ${written(points.at(-1)[1])} for white`)
  const axes = document.createElementNS(SVG, "path")
  axes.setAttribute("d", "M-1 0H1M0 -1V1")
  axes.setAttribute("class", "axes")
  path.setAttribute("d", points.map(([x, y], n) => `${n ? "L" : "M"}${x} ${-y / most}`).join(""))
  svg.append(axes, path)
  const words = `Tone curve: from ${written(points[0][1])} for a black pixel to ${written(points.at(-1)[1])} for a white one.`
  return make("figure", { class: "curve" }, svg, make("figcaption", {}, words))
}

// A kernel for each input, or of a dense layer a weight for each pixel of each input map.
function kernels(stage, input, channel) {
  const { kernel, weights, flat } = stage, size = weights.length / stage.channels
  const count = flat ? input.channels : stage.inputs
  const shape = flat ? input : { height: kernel, width: kernel }
  const own = weights.subarray(channel * size, (channel + 1) * size), scale = scaleOf(own, true)
  const pictures = [...Array(count).keys()].map((map) => {
    const picture = make("canvas", { role: "img", "aria-label": `Weights for channel ${map + 1}` })
    paintMap(picture, shape, own.filter((_, at) => at % count === map), scale)
    return picture
  })
  return make("div", { class: "kernels" }, make("p", {}, `Weights: blue below 0, orange above, up to ${written(scale.high)}.`), ...pictures)
}

function nameOf(term, stage, input) {
  const map = `channel ${term.map + 1}`
  if (stage.flat) {
    const where = `row ${term.row + 1}, column ${term.column + 1}`
    return input.height * input.width === 1 ? map : input.channels === 1 ? where : `${map}, ${where}`
  }
  const signed = (value) => `${value < 0 ? "" : "+"}${value}`
  return stage.kernel === 1 ? map : `${map}, ${signed(term.down)} down, ${signed(term.right)} right`
}

function sumTable(network, number, input, channel, p, where) {
  const stage = network.stages[number], { terms, bias, before, after } = pixelSum(network, number, input, channel, p)
  const product = (term) => term.weight * term.input, fixed = (value) => value.toFixed(DIGITS)
  const largest = [...terms].sort((a, b) => Math.abs(product(b)) - Math.abs(product(a))).slice(0, LISTED)
  const rest = before - bias - largest.reduce((sum, term) => sum + product(term), 0)
  const rows = largest.map((term) => [nameOf(term, stage, input), ...[term.weight, term.input, product(term)].map(fixed)])
  if (terms.length > LISTED) rows.push([`${(terms.length - LISTED).toLocaleString("en-US")} more`, "", "", fixed(rest)])
  rows.push(["bias", "", "", fixed(bias)], ["sum", "", "", fixed(before)])
  rows.push([stage.activated ? `after ${network.activation}` : "value", "", "", fixed(after)])
  return table(["input", "weight", "× input", "= product"], rows, `${where}: the products, largest first`)
}

// What is put into ``place`` for a network; its ``show({ input, maps }, during)`` paints what was read. Whenever another
// channel or pixel is chosen, ``chose`` is called with the stage's ``number``, the ``channel`` and the ``point``, row and column;
// with null for none.
export function lookInside(place, network, chose = () => {}) {
  const { stages, names } = network, what = names ? "class" : "digit", panel = make("div", { class: "channel" }), layers = []
  let shown = null, chosen = null, point = null, quick = false

  const tell = () => chose({ ...chosen, point })
  const choose = (number, channel, where) => {
    chosen = chosen?.number === number && chosen.channel === channel ? null : { number, channel }
    point = where
    layers.forEach((layer, at) => layer.mark(chosen?.number === at ? chosen.channel : -1))
    if (!chosen) {
      chose(null)
      return panel.remove()
    }
    layers[number].section.append(panel)
    build()
    paintChannel()
    tell()
  }

  const stage = () => stages[chosen.number]
  const inputOf = () => shown.maps[chosen.number - 1] ?? shown.input
  const large = make("canvas", { tabindex: 0, role: "application" }), told = make("p", { class: "told" }), sum = make("div")
  const cross = make("b"), frame = make("div", { class: "large" }, large, cross), weights = make("div")

  function build() {
    const one = stage(), first = one.kernel === 1 && inputOf().channels === 1 && !one.flat
    weights.replaceChildren(...(first ? [curve(network, one, chosen.channel)]
      : one.kernel > 1 || inputOf().height * inputOf().width > 1 && one.flat ? [kernels(one, inputOf(), chosen.channel)] : []))
    panel.replaceChildren(make("h4", {}, `${one.name}, channel ${chosen.channel + 1}`),
      make("div", { class: "parts" }, make("div", {}, frame, told, weights), sum))
  }

  function paintChannel() {
    const maps = shown.maps[chosen.number], { height, width } = maps, values = channelOf(maps, chosen.channel)
    if (!point) {
      const most = values.reduce((best, value, at) => (value > values[best] ? at : best), 0)
      point = [Math.floor(most / width), most % width]
    }
    paintMap(large, maps, values, scaleOf(maps.values))
    const [y, x] = point, p = y * width + x, many = height * width > 1
    const where = many ? `Row ${y + 1}, column ${x + 1}` : "Its only value"
    const box = { left: x / width, top: y / height, width: 1 / width, height: 1 / height }
    for (const [side, share] of Object.entries(box)) cross.style[side] = `${100 * share}%`
    cross.hidden = !many
    large.setAttribute("aria-label", `The map of channel ${chosen.channel + 1}. ${where}: ${written(values[p])}. Arrow keys choose another pixel.`)
    say(told, `${where}: ${written(values[p])}. ${many ? "Click another pixel, or use the arrow keys." : ""}`)
    if (!quick) sum.replaceChildren(sumTable(network, chosen.number, inputOf(), chosen.channel, p, where))
  }

  large.addEventListener("click", (event) => {
    const box = large.getBoundingClientRect(), { height, width } = large
    const at = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)))
    point = [at((event.clientY - box.top) / box.height, height), at((event.clientX - box.left) / box.width, width)]
    paintChannel()
    tell()
  })
  large.addEventListener("keydown", (event) => {
    const step = STEPS[event.key], within = (value, count) => Math.min(count - 1, Math.max(0, value))
    if (!step) return
    event.preventDefault()
    point = [within(point[0] + step[0], large.height), within(point[1] + step[1], large.width)]
    paintChannel()
    tell()
  })

  // The evidence for each digit, on one scale for all.
  const digits = Array.from({ length: stages.at(-1).channels }, () => ({ picture: make("canvas"), words: make("figcaption") }))
  const evidence = { seen: false }
  evidence.section = make("section", { class: "layer evidence" }, make("h3", {}, `Evidence for each ${what}`),
    make("p", {}, `Where the drawing speaks for a ${what}, orange, and against it, blue. Below each is the sum with a constant: ` +
      `the ${what}'s logit. The largest wins.`),
    make("div", { class: "digits" }, ...digits.map(({ picture, words }) => make("figure", {}, picture, words))))

  function paintEvidence() {
    if (quick && !isPooled(network)) return // of dense networks it takes longer than a frame
    const all = allEvidence(network, shown.input, shown.maps), scale = scaleOf(all.flatMap(({ terms }) => [...terms]), true)
    const best = all.reduce((most, { logit }, digit) => (logit > all[most].logit ? digit : most), 0)
    all.forEach(({ logit, terms, ...shape }, digit) => {
      const { picture, words } = digits[digit]
      paintMap(picture, shape, terms, scale)
      say(words, `${names?.[digit] ?? digit}: ${logit.toFixed(1)}`)
      picture.parentElement.classList.toggle("best", digit === best)
    })
  }

  const paint = (part) => {
    if (!shown || !part.seen) return
    if (part === evidence) return paintEvidence()
    const number = layers.indexOf(part)
    paintLayer(part, stages[number], shown.maps[number])
  }
  stages.forEach((one, number) => layers.push(layerOf(one, number, choose)))
  layers.forEach((layer) => layer.mark(-1))
  const parts = [...layers, evidence]
  // What is out of sight is painted when it comes into it.
  const observer = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
    const part = parts.find(({ section }) => section === target)
    part.seen = isIntersecting
    paint(part)
  }), { rootMargin: "100px" })
  place.append(...parts.map(({ section }) => section))
  parts.forEach(({ section }) => observer.observe(section))

  return {
    show(read, during) {
      shown = read
      quick = during
      if (chosen && !during) point = null
      parts.forEach(paint)
      if (chosen) paintChannel()
    },
    choose, // once something was read
    end() {
      observer.disconnect()
      place.replaceChildren()
    },
  }
}
