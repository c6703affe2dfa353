// A network of convolutions, evaluated here. Maps are stored pixel by pixel, (height, width, channels), so that a 1×1
// convolution reads what is there already in a row; weights are (channels, kernel, kernel, inputs) to match.

export const ACTIVATIONS = {
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
}

// The error function by its series of positive terms (Abramowitz & Stegun 7.1.6), to 1e-15.
function erf(x) {
  const z = Math.abs(x)
  if (z > 6) return Math.sign(x)
  let term = z, sum = z
  for (let n = 1; term > 1e-17 * sum; n++) sum += term *= (2 * z * z) / (2 * n + 1)
  return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum
}

// What packed.py wrote, a Uint8Array: the header's length, the header as JSON, float32 weights and biases by stage.
export function unpack(bytes) {
  const { network, end } = headed(bytes)
  const floats = new Float32Array(bytes.slice(end).buffer)
  let at = 0
  const take = (count) => floats.subarray(at, (at += count))
  for (const stage of network.stages) {
    const { channels, inputs, kernel } = stage
    stage.weights = rearranged(take(channels * inputs * kernel * kernel), stage)
    stage.biases = take(channels)
  }
  return network
}

// The network as its header describes it, and where the header ends.
export function headed(bytes) {
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  return { network: JSON.parse(new TextDecoder().decode(bytes.subarray(4, end))), end }
}

// The network that ``bytes`` hold with another last layer: a layer as text, and the whole's new name.
export function taught(bytes, { id, layer }) {
  const { network, end } = headed(bytes), weights = decoded(layer), result = bytes.slice()
  const at = new TextDecoder().decode(bytes.subarray(4, end)).indexOf(network.id)
  result.set(new TextEncoder().encode(id), 4 + at)
  result.set(weights, result.length - weights.length)
  return result
}

// PyTorch's (channels, inputs, kernel, kernel) as (channels, kernel, kernel, inputs). A flat stage reads all values of
// the maps before it, which PyTorch takes map by map: its inputs are ``maps`` such maps.
function rearranged(weights, { channels, inputs, kernel, maps }) {
  const outer = maps ?? inputs, inner = maps ? inputs / maps : kernel * kernel
  const result = new Float32Array(weights.length)
  for (let o = 0, to = 0; o < channels; o++)
    for (let k = 0; k < inner; k++)
      for (let i = 0; i < outer; i++) result[to++] = weights[(o * outer + i) * inner + k]
  return result
}

// The windows that a stage looks through, one a row.
export function windows(stage, input) {
  const { inputs, kernel, stride, padding } = stage
  if (stage.flat) return { height: 1, width: 1, values: input.values }
  if (kernel === 1 && stride === 1) return input
  const height = Math.floor((input.height + 2 * padding - kernel) / stride) + 1
  const width = Math.floor((input.width + 2 * padding - kernel) / stride) + 1
  const values = new Float32Array(height * width * kernel * kernel * inputs)
  let to = 0
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let dy = 0; dy < kernel; dy++)
        for (let dx = 0; dx < kernel; dx++, to += inputs) {
          const row = y * stride + dy - padding, column = x * stride + dx - padding
          if (row < 0 || column < 0 || row >= input.height || column >= input.width) continue
          const from = (row * input.width + column) * inputs
          for (let i = 0; i < inputs; i++) values[to + i] = input.values[from + i]
        }
  return { height, width, values }
}

// One map for each channel, before the activation. Four channels at two pixels at a time: each number read is used
// more than once. Sums are kept in float64, and the values in whatever precision the weights have.
export function convolve(stage, input) {
  const { channels, weights, biases } = stage
  const { height, width, values } = windows(stage, input)
  const size = weights.length / channels, pixels = height * width
  const out = new weights.constructor(pixels * channels)
  const single = (p, o) => {
    let sum = biases[o]
    for (let k = 0; k < size; k++) sum += weights[o * size + k] * values[p * size + k]
    out[p * channels + o] = sum
  }
  const evenPixels = pixels - (pixels % 2), fours = channels - (channels % 4)
  for (let p = 0; p < evenPixels; p += 2) {
    const a = p * size, b = a + size, to = p * channels
    for (let o = 0; o < fours; o += 4) {
      const w0 = o * size, w1 = w0 + size, w2 = w1 + size, w3 = w2 + size
      let a0 = biases[o], a1 = biases[o + 1], a2 = biases[o + 2], a3 = biases[o + 3]
      let b0 = a0, b1 = a1, b2 = a2, b3 = a3
      for (let k = 0; k < size; k++) {
        const u = values[a + k], v = values[b + k]
        const x0 = weights[w0 + k], x1 = weights[w1 + k], x2 = weights[w2 + k], x3 = weights[w3 + k]
        a0 += x0 * u, a1 += x1 * u, a2 += x2 * u, a3 += x3 * u
        b0 += x0 * v, b1 += x1 * v, b2 += x2 * v, b3 += x3 * v
      }
      out[to + o] = a0, out[to + o + 1] = a1, out[to + o + 2] = a2, out[to + o + 3] = a3
      const next = to + channels + o
      out[next] = b0, out[next + 1] = b1, out[next + 2] = b2, out[next + 3] = b3
    }
    for (let o = fours; o < channels; o++) single(p, o), single(p + 1, o)
  }
  if (evenPixels < pixels) for (let o = 0; o < channels; o++) single(evenPixels, o)
  return { height, width, channels, values: out }
}

export function activate(map, name) {
  const activation = ACTIVATIONS[name]
  return { ...map, values: map.values.map(activation) }
}

// The maps after each stage, from stage ``first`` on.
export function run({ stages, activation }, input, first = 0) {
  const maps = []
  for (const stage of stages.slice(first)) {
    const before = convolve(stage, input)
    maps.push((input = stage.activated ? activate(before, activation) : before))
  }
  return maps
}

// The probabilities of the digits from the last maps: their averages, divided by the temperature, through a softmax.
export function probabilities({ temperature }, { channels, height, width, values }) {
  const scores = new Float64Array(channels)
  for (let at = 0; at < values.length; at++) scores[at % channels] += values[at]
  for (let o = 0; o < channels; o++) scores[o] /= height * width * temperature
  const most = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - most))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}

// A picture that came as text.
export function decoded(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}

// A picture of side×side bytes as the network takes it, −1 to 1.
export function picture(image, side = Math.sqrt(image.length)) {
  return { height: side, width: side, channels: 1, values: Float32Array.from(image, (v) => Math.fround(v / 127.5) - 1) }
}

// What a network reads in a picture; all zeros for an empty one.
export function classify(network, image) {
  if (!image.some((value) => value)) return new Float64Array(10)
  return probabilities(network, run(network, picture(image)).at(-1))
}
