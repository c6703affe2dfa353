// What the figure computes: all values of the maps of a 1×1 convolution, and of a 3×3 kernel on one channel; and the sum
// behind one value, in hundredths that add up as they are printed.

import { coloured } from "../../inpage/formats.js"
import { ACTIVATIONS, decoded } from "../../inpage/network.js"

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

// Nine pixels of a channel as they are printed, nine weights, what they sum to, and the value that becomes of it.
export function neighbours(channel, { weights, activation }, at, rows, columns) {
  const pixels = around(at, rows, columns).map((place) => hundredths(channel[place]) / 100)
  const sum = pixels.reduce((total, x, n) => total + x * weights[n], 0)
  return { pixels, sum, value: (ACTIVATIONS[activation] ?? same)(sum) }
}

// The map of such a kernel, (h·w).
export function edges(channel, kernel, rows, columns) {
  return Float64Array.from(channel, (_, at) => neighbours(channel, kernel, at, rows, columns).value)
}

// The sum behind one value of a 1×1 convolution: the products of the inputs ``shown``, those of all others together
// (null where there are none), the bias, the sum, and the value. All in hundredths; products, rest and bias add up to
// the sum, for which a product may stand 1 beside its nearest.
export function ledger({ inputs, weights, biases, activation }, k, shown, at) {
  const row = weights[k], size = inputs.length / row.length
  const product = (c) => row[c] * inputs[c * size + at]
  const sum = summed(inputs, size, row, biases[k], at), bias = hundredths(biases[k])
  const parts = shown.map(product)
  if (shown.length < row.length) parts.push(sum - biases[k] - parts.reduce((total, part) => total + part, 0))
  const rounded = adding(parts, hundredths(sum) - bias)
  return {
    inputs: shown.map((c) => hundredths(inputs[c * size + at])),
    weights: shown.map((c) => hundredths(row[c])),
    products: rounded.slice(0, shown.length),
    rest: rounded[shown.length] ?? null,
    bias,
    sum: hundredths(sum),
    value: hundredths((ACTIVATIONS[activation] ?? same)(sum)),
  }
}

export function hundredths(value) {
  return Math.round(100 * value) || 0 // no -0
}

// Numbers as hundredths, each one of its two nearest, whose sum is ``total``.
export function adding(parts, total) {
  const scaled = parts.map((part) => 100 * part), rounded = scaled.map((value) => Math.round(value) || 0)
  const missing = total - rounded.reduce((sum, value) => sum + value, 0), step = Math.sign(missing)
  const nearest = scaled.map((_, n) => n).sort((a, b) => step * (scaled[b] - rounded[b] - (scaled[a] - rounded[a])))
  for (let n = 0; n < Math.abs(missing); n++) rounded[nearest[n % nearest.length]] += step
  return rounded
}

// Hundredths as text; whole numbers of a kernel without decimals.
export function printed(value, whole = false) {
  const text = whole && value % 100 === 0 ? String(Math.abs(value) / 100) : (Math.abs(value) / 100).toFixed(2)
  return value < 0 ? `−${text}` : text
}

// All that follows from what the server sent.
export function prepared(data) {
  const { rows, columns, kernel, scale } = data, size = rows * columns
  const inputs = new Float32Array(decoded(data.inputs).buffer), count = inputs.length / size
  const channels = Array.from({ length: count }, (_, c) => inputs.subarray(c * size, (c + 1) * size))
  const mixing = { inputs, weights: data.weights, biases: data.biases, activation: data.activation }
  const maps = mixed(mixing)
  const edge = kernel && edges(channels[kernel.channel], kernel, rows, columns)
  return {
    mixing, channels, maps, edge,
    colours: maps.map((map) => coloured([...map], scale)),
    edgeColours: edge && coloured([...edge], kernel.scale),
    inputColours: channels.map((channel, c) => coloured([...channel], data.channels[c].scale)),
  }
}

// What is printed of the sums at a pixel.
export function sums(data, ready, map, at) {
  const { kernel, rows, columns } = data
  const one = ledger(ready.mixing, map, data.shown[map], at)
  if (!kernel) return { one, nine: null }
  const { pixels, sum, value } = neighbours(ready.channels[kernel.channel], kernel, at, rows, columns)
  return { one, nine: { pixels: pixels.map(hundredths), sum: hundredths(sum), value: hundredths(value) } }
}

// The sums in words, for who cannot see them.
export function sentence(data, { one, nine }, map, at) {
  const where = `Row ${Math.floor(at / data.columns) + 1}, column ${(at % data.columns) + 1}`
  const terms = one.inputs.map((x, n) => `${printed(x)} times ${printed(one.weights[n])}`)
  if (one.rest !== null) terms.push(`${printed(one.rest)} from the others`)
  if (one.bias) terms.push(`bias ${printed(one.bias)}`)
  const bent = data.activation ? `; after ${data.bends} ${printed(one.value)}` : ""
  const first = `${where}. 1×1, ${data.names[map]}: ${terms.join(" plus ")} is ${printed(one.sum)}${bent}.`
  return nine ? `${first} 3×3: the nine products sum to ${printed(nine.value)}.` : first
}
