// The riddle of the shape: a drawing, its pixels shuffled and its pixels sorted, and what networks read in each.

import { make, paintMap, say } from "../../inpage/elements.js"
import { percent, scaleOf, written } from "../../inpage/formats.js"
import { picture, probabilities, run } from "../../inpage/network.js"
import { about, keep } from "./frame.js"
import { load } from "./networks.js"

const GREYS = { low: 0, high: 255, stops: [[0, 0, 0], [255, 255, 255]] }
const TITLES = ["The drawing", "The same pixels, shuffled", "The same pixels, sorted"]
const STILL = 1e-4 // a change of the scores that is rounding
const UNITS = 3 // of the dense layer that are shown

const decoded = (text) => new Uint16Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer)

const channelOf = (values, channels, channel) => values.filter((_, at) => at % channels === channel)

// What is put into ``place``: pictures at once, and once something was guessed what each network of ``kinds`` reads.
export function shuffles(place, { orders, kinds, dense }) {
  const ways = orders.map(decoded), canvases = TITLES.map((title) => make("canvas", { role: "img", "aria-label": title }))
  const again = make("button", { type: "button", onclick: () => shuffle() }, "Shuffle again")
  const figures = canvases.map((canvas, at) => make("figure", {}, canvas, make("figcaption", {}, TITLES[at])))
  const guess = document.getElementById("shape-guess"), answer = document.getElementById("shape-answer")
  const table = document.getElementById("shape-table"), places = document.getElementById("shape-places")
  let shown = null, guessed = false
  place.append(make("div", { class: "three" }, ...figures), again)
  place.dataset.order ??= 0

  function shuffle() {
    place.dataset.order = (Number(place.dataset.order) + 1) % ways.length
    keep("order", place.dataset.order)
    show(shown)
  }

  function pictures(image) {
    const way = ways[Number(place.dataset.order)]
    return [image, Uint8Array.from(way, (from) => image[from]), image.slice().sort()]
  }

  const scores = (network, image) => run(network, picture(image)).at(-1)
  const means = ({ channels, values }) => Array.from({ length: channels }, (_, o) =>
    channelOf(values, channels, o).reduce((a, b) => a + b, 0) / (values.length / channels))

  async function read() {
    const images = pictures(shown.image), rows = []
    for (const [name, kind] of Object.entries(kinds)) {
      const network = await load(name), maps = images.map((image) => scores(network, image)), logits = maps.map(means)
      const apart = (one) => Math.max(...one.map((value, o) => Math.abs(value - logits[0][o])))
      const moved = Math.max(...logits.slice(1).map(apart)), still = moved <= STILL
      const cells = maps.map((map) => {
        const shares = probabilities(network, map), most = Math.max(...shares)
        return make("td", {}, make("b", {}, String(shares.indexOf(most))), ` ${percent(most)}`)
      })
      const mark = make("mark", { class: still ? "still" : "" }, still ? "the same" : "changes")
      rows.push(make("tr", { "data-moved": moved },
        make("th", { scope: "row" }, `${about.networks[name].title}: ${kind} `, mark), ...cells))
    }
    table.replaceChildren(...rows)
    byPlace(await load(dense))
  }

  // The weights that a dense layer, a 1×1 convolution over the whole picture here, has at each place: its largest sums.
  function byPlace(network) {
    const [stage] = network.stages, { size, side } = { size: stage.weights.length / stage.channels, side: shown.input.width }
    const [sums] = run(network, shown.input), order = [...sums.values.keys()].sort((a, b) => sums.values[b] - sums.values[a])
    const units = order.slice(0, UNITS).map((unit) => stage.weights.subarray(unit * size, (unit + 1) * size))
    const scale = scaleOf(units.flatMap((unit) => [...unit]), true)
    places.replaceChildren(...units.map((unit, number) => {
      const title = `Sum ${number + 1}: another weight at each place`, canvas = make("canvas", { role: "img", "aria-label": title })
      paintMap(canvas, { height: side, width: side }, unit, scale)
      return make("figure", {}, canvas, make("figcaption", {}, `${title}, up to ${written(scale.high)}`))
    }))
  }

  function show(next) {
    shown = next
    pictures(next.image).forEach((image, at) => paintMap(canvases[at], { height: next.input.width, width: next.input.width }, image, GREYS))
    if (guessed) read().catch((error) => say(table, error.message))
  }

  for (const button of guess.querySelectorAll("button"))
    button.addEventListener("click", () => {
      if (!guessed) say(document.getElementById("shape-kindly"), button.value === "same" ? "You guessed it." : "Odd as it seems:")
      for (const one of guess.querySelectorAll("button")) one.setAttribute("aria-pressed", one === button)
      guessed = true
      answer.hidden = document.documentElement.classList.contains("unjudged")
      if (!answer.hidden) show(shown)
    })
  return { show }
}
