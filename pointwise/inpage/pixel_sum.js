// The value of one pixel of a map, act(Σ weight · input + bias), product by product, as pointwise/explain/chain.py takes it
// apart.

import { ACTIVATIONS, windowsOf } from "./network.js"

// ``input`` are the maps that go into stage ``number``, ``p`` the pixel of its maps, row by row. A term has its ``weight``
// and ``input``, and whence: an input ``map`` with what is ``down`` and ``right`` of the pixel, or for a dense layer the
// ``row`` and ``column`` of the input map.
export function pixelSum({ stages, activation }, number, input, channel, p) {
  const stage = stages[number], { inputs, kernel, stride, padding, weights, flat } = stage
  const { size, width } = windowsOf(stage, input), row = channel * size, terms = []
  if (flat)
    for (let k = 0; k < size; k++) {
      const pixel = Math.floor(k / input.channels)
      const place = { map: k % input.channels, row: Math.floor(pixel / input.width), column: pixel % input.width }
      terms.push({ weight: weights[row + k], input: input.values[k], ...place })
    }
  else {
    const top = Math.floor(p / width) * stride - padding, left = (p % width) * stride - padding
    const middle = Math.floor(kernel / 2)
    for (let k = 0; k < size; k++) {
      const map = k % inputs, dx = Math.floor(k / inputs) % kernel, dy = Math.floor(k / inputs / kernel)
      const y = top + dy, x = left + dx
      const inside = y >= 0 && x >= 0 && y < input.height && x < input.width
      const value = inside ? input.values[(y * input.width + x) * inputs + map] : 0
      terms.push({ weight: weights[row + k], input: value, map, down: dy - middle, right: dx - middle })
    }
  }
  const bias = stage.biases[channel]
  const before = terms.reduce((sum, term) => sum + term.weight * term.input, 0) + bias
  return { terms, bias, before, after: stage.activated ? ACTIVATIONS[activation](before) : before }
}
