// What the diagram of a price network says of a channel or a line, with the numbers of the house that is shown.
//
// An item is {column, i}, channel i of column 0 (the house), 1, 2 (the layers) or 3 (the price); with j it is the line
// that comes to it from channel j of the column before. ``shown`` is {layers, price, house}, a layer the values of its
// channels, the house's first.

import { dollars } from "./formats.js"

// Three digits, as many as there is room for.
export function brief(value) {
  return String(Number(value.toPrecision(3)))
}

export function matrices({ w1, b1, w2, b2, last, base }) {
  return { weights: [w1, w2, [last]], biases: [b1, b2, [base]] }
}

// What a channel is called.
export function called({ names }, { column, i }) {
  return [names[i], `Channel ${i + 1} of layer ${column}`, `Channel ${i + 1} of layer ${column}`, "Price"][column]
}

// One sentence or a few on an item, or without one on the whole network.
export function sentence(network, about, shown, item) {
  if (!item) return overview(network, shown)
  if (item.j !== undefined) return ofLine(network, about, shown, item)
  return [ofInput, ofChannel, ofChannel, ofPrice][item.column](network, about, shown, item)
}

// What channel j of a column contributes to channel i of the next, as short as there is room.
export function product(network, { layers }, column, i, j, wide) {
  const w = matrices(network).weights[column][i][j], value = layers[column][j]
  if (value === 0) return ""
  if (column === 2) return dollars(w * value, true)
  const signed = `${w * value > 0 ? "+" : ""}${brief(w * value)}`
  return wide ? `${brief(w)} × ${brief(value)} = ${signed}` : signed
}

function overview({ activation }, { layers }) {
  const [, first, second] = layers.map((values) => `${values.filter((value) => value > 0).length} of ${values.length}`)
  const off = activation === "relu"
    ? `${first} channels of layer 1 and ${second} of layer 2 are on; the others are 0.`
    : `With ${activation} no channel is ever off.`
  return `Orange lines add, blue ones take away; the thicker, the more. ${off} Point at a channel or a line, or tap it, for its numbers.`
}

function ofInput(_, { names, unit }, { layers, house }, { i }) {
  const [value, most] = [house[i], unit[i]].map((number) => number.toLocaleString("en-US"))
  const share = brief(layers[0][i])
  return `Channel ${i + 1} of the pixel: ${value} ${names[i]}, as a share of ${most}, is ${share}.`
}

function ofChannel(network, _, { layers }, { column, i }) {
  const { weights, biases } = matrices(network)
  const from = layers[column - 1], row = weights[column - 1][i], bias = biases[column - 1][i], value = layers[column][i]
  const sum = row.reduce((total, w, j) => total + w * from[j], 0)
  const terms = column === 1
    ? row.map((w, j) => `${j ? plus(w) : brief(w)} × ${brief(from[j])}`).join(" ")
    : `${row.length} products, together ${brief(sum)},`
  const worth = column === 2 && value !== 0
    ? ` A unit of it is worth ${dollars(network.last[i])}, so it adds ${dollars(network.last[i] * value, true)} to the price.`
    : ""
  const total = `Channel ${i + 1} of layer ${column}: ${terms} ${plus(bias)} (bias) = ${brief(sum + bias)}`
  return total + bent(network.activation, value) + worth
}

function plus(value) {
  return `${value < 0 ? "-" : "+"} ${brief(Math.abs(value))}`
}

function bent(activation, value) {
  if (activation !== "relu") return `, and ${activation} makes it ${brief(value)}.`
  return value > 0
    ? ". That is above 0, so ReLU passes it on as it is."
    : ". That is not above 0, so ReLU makes it 0: the channel is off."
}

function ofPrice({ base }, _, { price }) {
  const sum = dollars(price - base, true)
  return `The channels of layer 2 add ${sum} to a constant of ${dollars(base)}. That is the price, ${dollars(price)}.`
}

function ofLine(network, { names }, { layers }, { column, i, j }) {
  const w = matrices(network).weights[column][i][j], value = layers[column][j]
  const from = column ? `channel ${j + 1} of layer ${column}` : names[j]
  if (column === 2) {
    const added = dollars(w * value, true)
    return `A unit of ${from} is worth ${dollars(w)}. It is ${brief(value)}, so it adds ${added} to the price.`
  }
  const sum = `weight ${brief(w)} × ${brief(value)} (${from}) = ${brief(w * value)}`
  return `This line: ${sum}, for channel ${i + 1} of layer ${column + 1}.`
}
