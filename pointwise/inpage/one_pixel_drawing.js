// What one_pixel.js takes of a drawing, as pointwise/ui/figures/one_pixel_data.py makes it: one grey channel, four maps of
// bag_of_pixels' first 1×1 layer, and a 3×3 kernel. A change here is a change there; a test holds the two together.

import { scaleOf } from "./formats.js"
import { picture } from "./network.js"
import { edges, mixed } from "./pixel_sums.js"

const RELIEF = [-1, -1, 0, -1, 0, 1, 0, 1, 1] // brighter towards the lower right is above 0
const TELLING = [26, 7, 28, 19] // channels of the layer whose tone curves differ
const GREYS = [[11, 15, 20], [255, 255, 255]] // of the canvas's paper and ink
const LEFT = 0 // channels that are not shown one by one
const TEXTS = {
  one: "1×1: one pixel in, one value out",
  nine: "3×3: nine pixels in, one value out",
  nine_says: "It compares neighbours: 0 where all nine are equal, far from 0 at an edge.",
  edges: "A map of edges",
  rest: `the other ${LEFT} channels`,
  bent: "ReLU: below 0 becomes 0",
  alt: "The picture. Arrow keys move the pixel, the space bar plays and pauses.",
  picture: "The drawing",
  one_says: "It knows no neighbours: pixels of one brightness get one value, wherever they are.",
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes))

// The pixel to begin with: where the strongest edge is in the middle rows; the middle of a blank picture.
function startOf(relief, side) {
  const top = Math.floor((side * 2) / 5), middle = relief.slice(top * side, Math.floor((side * 3) / 5) * side).map(Math.abs)
  const most = Math.max(...middle)
  return most ? top * side + middle.indexOf(most) : Math.floor(side / 2) * side + Math.floor(side / 2)
}

// ``image`` are bytes of a square, ``network`` the unpacked bag_of_pixels.
export function ofDrawing(image, network) {
  const { stages: [stage], activation } = network, side = Math.sqrt(image.length)
  const inputs = picture(image).values, kernel = { weights: RELIEF }
  const weights = TELLING.map((o) => [stage.weights[o]]), biases = TELLING.map((o) => stage.biases[o])
  const relief = edges(inputs, kernel, side, side), steepest = Math.max(...relief.map(Math.abs)) || 1
  const scale = (low, high, stops) => ({ low, high, stops })
  const grey = [...image].flatMap((value) => [
    ...GREYS[0].map((paper, c) => Math.round(paper + ((GREYS[1][c] - paper) * value) / 255)), 255])
  return {
    rows: side,
    columns: side,
    picture: base64(grey),
    inputs: base64(new Uint8Array(inputs.buffer)),
    channels: [{ name: "grey", scale: scale(-1, 1, GREYS) }],
    weights,
    biases,
    activation,
    bends: "ReLU",
    names: TELLING.map((o) => `Map ${o + 1} of ${stage.channels}`),
    scales: mixed({ inputs, weights, biases, activation }).map((map) => scaleOf(map)),
    shown: TELLING.map(() => [0]),
    kernel: { weights: RELIEF, channel: 0, scale: scale(-steepest, steepest, scaleOf([-1]).stops) },
    start: startOf([...relief], side),
    texts: TEXTS,
    version: base64(image),
  }
}
