// Which pixels speak for a digit and which against it, terms that add up to its logit: as pointwise/explain/evidence.py.

import { ACTIVATIONS } from "./network.js"

// Whether the last maps are spatial until they are averaged.
export function isPooled({ stages }) {
  return !stages.some(({ flat }) => flat)
}

// For each digit its ``logit``, the ``terms`` of the pixels of the last maps, or of a dense network's picture, and what is
// added whatever is drawn. ``picture`` and ``maps`` are what went into the network and what came out of each stage.
export function allEvidence(network, picture, maps) {
  const { stages } = network, last = maps.at(-1), area = last.height * last.width
  return Array.from({ length: last.channels }, (_, digit) => {
    let logit = 0
    for (let p = 0; p < area; p++) logit += last.values[p * last.channels + digit] / area
    const { height, width, terms } = isPooled(network)
      ? pooled(stages.at(-1), maps.at(-2) ?? picture, digit)
      : affine(network, picture, maps, digit)
    return { height, width, terms, logit, bias: logit - terms.reduce((sum, term) => sum + term, 0) }
  })
}

// The last 1×1 convolution's weights times its channels, as shares of the average.
function pooled({ weights, inputs }, { height, width, values }, digit) {
  const area = height * width
  const terms = Float64Array.from({ length: area }, (_, p) => {
    let sum = 0
    for (let i = 0; i < inputs; i++) sum += weights[digit * inputs + i] * values[p * inputs + i]
    return sum / area
  })
  return { height, width, terms }
}

// How bright each pixel is, from mid-grey, times its weight in the affine function that the network is here: each
// activation is the factor by which it scales what comes to it.
function affine({ stages, activation }, picture, maps, digit) {
  const act = ACTIVATIONS[activation], zero = act(0), last = maps.at(-1)
  let slopes = new Float64Array(last.values.length)
  for (let p = 0; p < last.height * last.width; p++) slopes[p * last.channels + digit] = 1 / (last.height * last.width)
  for (let number = stages.length - 1; number >= 0; number--) {
    const input = maps[number - 1] ?? picture
    if (stages[number].activated) {
      const { before, values } = maps[number]
      slopes = slopes.map((slope, at) => (slope && before[at] ? (slope * (values[at] - zero)) / before[at] : 0))
    }
    slopes = backwards(stages[number], slopes, maps[number], input)
  }
  const { channels, height, width, values } = picture
  const terms = new Float64Array(height * width)
  for (let at = 0; at < values.length; at++) terms[Math.floor(at / channels)] += slopes[at] * values[at]
  return { height, width, terms }
}

// From how a sum changes with each value that comes out of a convolution to how it does with each that goes in.
function backwards({ channels, inputs, kernel, stride, padding, weights, flat }, slopes, { width }, input) {
  const result = new Float64Array(input.values.length), size = weights.length / channels
  for (let at = 0; at < slopes.length; at++) {
    const slope = slopes[at], o = at % channels, p = Math.floor(at / channels)
    if (!slope) continue
    if (flat) {
      for (let k = 0; k < size; k++) result[k] += slope * weights[o * size + k]
      continue
    }
    const top = Math.floor(p / width) * stride - padding, left = (p % width) * stride - padding
    for (let y = Math.max(0, top); y < Math.min(top + kernel, input.height); y++)
      for (let x = Math.max(0, left); x < Math.min(left + kernel, input.width); x++) {
        const from = o * size + ((y - top) * kernel + x - left) * inputs, to = (y * input.width + x) * inputs
        for (let i = 0; i < inputs; i++) result[to + i] += slope * weights[from + i]
      }
  }
  return result
}
