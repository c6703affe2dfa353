// What the figure computes: all values of the maps of a 1×1 convolution, and of a 3×3 kernel on one channel; and the sum
// behind one value, rounded so that what is printed can be checked.

import { coloured } from "./formats.js"
import { ACTIVATIONS, decoded } from "./network.js"

const same = (x) => x

// The maps (k, h·w), one after the other, of inputs (c, h·w), weights (k, c) and biases (k).
export function mixed({ inputs, weights, biases, activation }) {
  const size = inputs.length / weights[0].length, act = ACTIVATIONS[activation] ?? same
  return weights.map((row, k) =>
    Float64Array.from({ length: size }, (_, at) => act(summed(inputs, size, row, biases[k], at))))
}

function summed(inputs, size, row, bias, at) {
  let sum = bias
  for (let c = 0; c < row.length; c++) sum += row[c] * inputs[c * size + at]
  return sum
}

// The places of the nine pixels around one; at the rim the picture's edge is repeated.
export function around(at, rows, columns) {
  const y = Math.floor(at / columns), x = at % columns
  const inside = (value, count) => Math.min(count - 1, Math.max(0, value))
  return Array.from({ length: 9 }, (_, n) => {
    const row = inside(y + Math.floor(n / 3) - 1, rows), column = inside(x + (n % 3) - 1, columns)
    return row * columns + column
  })
}

// Nine pixels of a channel as they are printed, and what they sum to by nine weights.
export function neighbours(channel, weights, at, rows, columns) {
  const pixels = around(at, rows, columns).map((place) => hundredths(channel[place]))
  return { pixels, sum: hundredths(pixels.reduce((total, x, n) => total + x * weights[n], 0) / 100) }
}

// The map of such a kernel, (h·w).
export function edges(channel, { weights }, rows, columns) {
  return Float64Array.from(channel, (_, at) => neighbours(channel, weights, at, rows, columns).sum / 100)
}

// The sum behind one value of a 1×1 convolution as a person computes it who rounds each number to hundredths: the products
// of the inputs ``shown``, the bias, their sum, and the value. Where there are other inputs, all of them together are the
// rest, and the sum is the exact one; else it is at most some hundredths beside it. All in hundredths.
export function ledger({ inputs, weights, biases, activation }, k, shown, at) {
  const row = weights[k], size = inputs.length / row.length
  const factors = shown.map((c) => [inputs[c * size + at], row[c]].map(hundredths))
  const products = factors.map(([x, w]) => Math.sign(x * w) * Math.round(Math.abs(x * w) / 100) || 0)
  const bias = hundredths(biases[k])
  const known = products.reduce((total, product) => total + product, bias)
  const exact = hundredths(summed(inputs, size, row, biases[k], at))
  const rest = shown.length < row.length ? exact - known : null
  const sum = known + (rest ?? 0), value = hundredths((ACTIVATIONS[activation] ?? same)(sum / 100))
  return { inputs: factors.map(([x]) => x), weights: factors.map(([, w]) => w), products, rest, bias, sum, value }
}

export function hundredths(value) {
  return Math.round(100 * value) || 0 // no -0
}

// Hundredths as text; whole numbers of a kernel without decimals.
export function printed(value, whole = false) {
  const text = whole && value % 100 === 0 ? String(Math.abs(value) / 100) : (Math.abs(value) / 100).toFixed(2)
  return value < 0 ? `−${text}` : text
}

// All that follows from what the server sent.
export function prepared(data) {
  const { rows, columns, kernel, scales } = data, size = rows * columns
  const inputs = new Float32Array(decoded(data.inputs).buffer), count = inputs.length / size
  const channels = Array.from({ length: count }, (_, c) => inputs.subarray(c * size, (c + 1) * size))
  const mixing = { inputs, weights: data.weights, biases: data.biases, activation: data.activation }
  const maps = mixed(mixing)
  const edge = kernel && edges(channels[kernel.channel], kernel, rows, columns)
  return {
    mixing, channels, maps, edge,
    colours: maps.map((map, k) => coloured([...map], scales[k])),
    edgeColours: edge && coloured([...edge], kernel.scale),
    inputColours: channels.map((channel, c) => coloured([...channel], data.channels[c].scale)),
  }
}

// What is printed of the sums at a pixel.
export function sums(data, ready, map, at) {
  const { kernel, rows, columns } = data
  const one = ledger(ready.mixing, map, data.shown[map], at)
  if (!kernel) return { one, nine: null }
  return { one, nine: neighbours(ready.channels[kernel.channel], kernel.weights, at, rows, columns) }
}

// The two sums in words, for who cannot see them.
export function sentences(data, { one, nine }, map, at) {
  const where = `Row ${Math.floor(at / data.columns) + 1}, column ${(at % data.columns) + 1}`
  const terms = one.inputs.map((x, n) => `${printed(x)} times ${printed(one.weights[n])}`)
  if (one.rest !== null) terms.push(`${printed(one.rest)} from the others`)
  if (one.bias) terms.push(`bias ${printed(one.bias)}`)
  const bent = data.activation ? `; after ${data.bends} ${printed(one.value)}` : ""
  return [
    `${where}. 1×1, ${data.names[map]}: ${terms.join(" plus ")} is ${printed(one.sum)}${bent}.`,
    nine ? `3×3: the nine products sum to ${printed(nine.sum)}.` : "",
  ]
}
