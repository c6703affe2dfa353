// A drawing through a network, layer by layer: a few maps of each, and how much of the drawing one value has seen.

import { make, paintMap, say } from "../../inpage/elements.js"
import { percent, scaleOf } from "../../inpage/formats.js"
import { probabilities, run } from "../../inpage/network.js"

const TILES = 6 // maps of a layer that are shown
const INK = 127 // of a pixel that is ink
const GREYS = { low: 0, high: 255, stops: [[0, 0, 0], [255, 255, 255]] }

// Height and width of the part of the drawing that one value of each stage has seen.
export function seen(stages) {
  let side = 1, apart = 1
  return stages.map(({ kernel, stride }) => {
    side += (kernel - 1) * apart
    apart *= stride
    return side
  })
}

// The maps that differ most from place to place, in their order.
export function telling({ channels, values }) {
  const spread = (channel) => {
    let sum = 0, squares = 0, count = 0
    for (let at = channel; at < values.length; at += channels, count++) {
      sum += values[at]
      squares += values[at] ** 2
    }
    return squares / count - (sum / count) ** 2
  }
  const spreads = Array.from({ length: channels }, (_, channel) => spread(channel))
  return [...spreads.keys()].sort((a, b) => spreads[b] - spreads[a] || a - b).slice(0, TILES).sort((a, b) => a - b)
}

const channelOf = ({ channels, values }, channel) => values.filter((_, at) => at % channels === channel)

function layerOf(stage, sees, says) {
  const picture = make("canvas", { role: "img", "aria-label": "The drawing" }), square = make("i")
  const window = make("figure", { class: "seen" }, make("div", {}, picture, square), make("figcaption", {}, `sees ${sees} × ${sees}`))
  const size = make("p"), tiles = make("div", { class: stage.activated ? "tiles" : "tiles all" })
  const row = make("section", { class: stage.kernel === 1 ? "path-layer one" : "path-layer" }, window,
    make("div", {}, size, make("p", {}, says), tiles))
  return { row, picture, square, size, tiles }
}

// What is put into ``place``; ``says`` has a sentence for each layer, by its name.
export function layers(place, network, says) {
  const { stages } = network, sees = seen(stages), rows = stages.map((stage, n) => layerOf(stage, sees[n], says[stage.name]))
  const answer = make("p", { role: "status" })
  place.replaceChildren(...rows.map(({ row }) => row), answer)

  // The square around an inked pixel near the middle.
  function frame({ square }, image, side, length) {
    const middle = (side - 1) / 2, near = (at) => (Math.floor(at / side) - middle) ** 2 + ((at % side) - middle) ** 2
    const inked = [...image.keys()].filter((at) => image[at] > INK).sort((a, b) => near(a) - near(b))
    const at = inked[0] ?? Math.floor(side / 2) * (side + 1), half = Math.floor(length / 2)
    const box = { top: Math.floor(at / side) - half, left: (at % side) - half, width: length, height: length }
    for (const [name, pixels] of Object.entries(box)) square.style[name] = `${(100 * pixels) / side}%`
  }

  function paintTiles(stage, { tiles }, maps) {
    const scale = scaleOf(maps.values), { height, width, channels, values } = maps
    const means = Array.from({ length: channels }, (_, c) => channelOf(maps, c).reduce((a, b) => a + b, 0) / (height * width))
    const best = means.indexOf(Math.max(...means))
    const chosen = stage.activated ? telling(maps) : [...means.keys()]
    tiles.replaceChildren(...chosen.map((channel) => {
      const canvas = make("canvas", { role: "img", "aria-label": stage.activated ? `Map ${channel + 1} of ${stage.name}` : `The map of ${channel}` })
      paintMap(canvas, maps, values.filter((_, at) => at % channels === channel), scale)
      const below = stage.activated ? [] : [make("figcaption", {}, make("b", {}, String(channel)), ` ${means[channel].toFixed(1)}`)]
      return make("figure", { class: !stage.activated && channel === best ? "best" : "" }, canvas, ...below)
    }))
  }

  return {
    show({ image, input }) {
      const maps = run(network, input), side = input.width
      rows.forEach((row, n) => {
        const stage = stages[n], { channels, height, width } = maps[n]
        paintMap(row.picture, { height: side, width: side }, image, GREYS)
        frame(row, image, side, sees[n])
        const more = stage.activated && channels > TILES ? `, ${TILES} of them shown` : ""
        say(row.size, `${stage.kernel}×${stage.kernel} convolution: ${stage.inputs} ${stage.inputs === 1 ? "channel" : "channels"} → ` +
          `${channels} maps of ${height} × ${width}${more}`)
        paintTiles(stage, row, maps[n])
      })
      const shares = probabilities(network, maps.at(-1)), most = Math.max(...shares)
      say(answer, `The highest score wins: the network reads ${shares.indexOf(most)}, with a probability of ${percent(most)}.`)
    },
  }
}
