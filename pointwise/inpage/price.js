// A price network, evaluated here in float64.

import { run } from "./network.js"

// The network's three layers as stages that network.js knows, in float64.
function staged({ w1, b1, w2, b2, last, base, activation }) {
  const stage = (rows, biases, activated) => ({
    channels: rows.length, inputs: rows[0].length, kernel: 1, stride: 1, padding: 0, activated,
    weights: Float64Array.from(rows.flat()), biases,
  })
  return { activation, stages: [stage(w1, b1, true), stage(w2, b2, true), stage([last], [base], false)] }
}

// What all layers hold for a house, whose channels ``inputs`` are, and its price in dollars.
export function forward(network, inputs) {
  const pixel = { height: 1, width: 1, channels: inputs.length, values: Float64Array.from(inputs) }
  const [first, second, price] = run(staged(network), pixel).map((map) => [...map.values])
  return { layers: [inputs, first, second], price: price[0] }
}
