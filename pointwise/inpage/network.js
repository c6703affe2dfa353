// A network of convolutions, evaluated here. Maps are stored pixel by pixel, (height, width, channels), so that a 1×1
// convolution reads what is there already in a row; weights are (channels, kernel, kernel, inputs) to match. A map may
// say of each pixel which one is the first that has the same values (``alike``).

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

// What page_weights.py wrote, a Uint8Array: the header's length, the header as JSON, weights and biases by stage, as
// float32 or float16. Classes that are not digits have their names in it, ``names``.
export function unpack(bytes) {
  const { network, end } = headed(bytes), numbers = bytes.slice(end).buffer
  const floats = network.halves ? widened(new Uint16Array(numbers)) : new Float32Array(numbers)
  let at = 0
  const take = (count) => floats.subarray(at, (at += count))
  for (const stage of network.stages) {
    const { channels, inputs, kernel } = stage
    stage.weights = rearranged(take(channels * inputs * kernel * kernel), stage)
    stage.biases = take(channels)
  }
  return network
}

// The values of float16 numbers, exactly.
function widened(halves) {
  const table = Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    const power = (bits >> 10) & 31, part = (bits & 1023) / 1024, sign = bits >> 15 ? -1 : 1
    if (power === 31) return part ? NaN : sign * Infinity
    return sign * (power ? 2 ** (power - 15) * (1 + part) : 2 ** -14 * part)
  })
  return Float32Array.from(halves, (bits) => table[bits])
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

// Where the windows lie that a stage looks through: rows and columns of them, of ``size`` values each.
export function windowsOf({ inputs, kernel, stride, padding, flat }, { height, width, values }) {
  if (flat) return { height: 1, width: 1, size: values.length }
  const side = (length) => Math.floor((length + 2 * padding - kernel) / stride) + 1
  return { height: side(height), width: side(width), size: kernel * kernel * inputs }
}

// For each window the first one that holds the same. Where the pixels of a map that are alike are known, those of the
// next one follow: a picture has few brightnesses, and much of it is paper.
function firstAlike({ kernel, stride, padding, flat }, { height, width }, input) {
  const { alike } = input
  if (flat || !alike || (kernel === 1 && stride === 1 && !padding)) return flat ? null : alike
  const area = kernel * kernel, seen = new Map()
  const pixels = new Int32Array(height * width * area), result = new Int32Array(height * width)
  for (let y = 0, p = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, p++) {
      let hash = 0
      for (let dy = 0; dy < kernel; dy++)
        for (let dx = 0; dx < kernel; dx++, at++) {
          const row = y * stride + dy - padding, column = x * stride + dx - padding
          const inside = row >= 0 && column >= 0 && row < input.height && column < input.width
          pixels[at] = inside ? alike[row * input.width + column] : -1
          hash = (Math.imul(hash, 31) + pixels[at]) | 0
        }
      const first = seen.get(hash) ?? p
      let same = true // two windows may share a hash
      for (let i = 0; same && i < area; i++) same = pixels[p * area + i] === pixels[first * area + i]
      result[p] = same ? first : p
      if (first === p) seen.set(hash, p)
    }
  return result
}

// Weights in blocks of so many channels: all that one value of a window is multiplied by stands in a row.
const BLOCK = 8
const laidOut = new WeakMap()

function inBlocks(weights, channels, size) {
  if (!laidOut.has(weights)) {
    const result = new weights.constructor(Math.ceil(channels / BLOCK) * BLOCK * size)
    for (let o = 0, from = 0; o < channels; o++)
      for (let to = (o - (o % BLOCK)) * size + (o % BLOCK), k = 0; k < size; k++, to += BLOCK) result[to] = weights[from++]
    laidOut.set(weights, result)
  }
  return laidOut.get(weights)
}

// One map for each channel, before the activation. Windows that hold the same are summed once, and zeros, of which ReLU
// makes many, are left out: neither changes a sum. Sums are kept in float64, the values as precise as the weights are.
export function convolve(stage, input) {
  const { channels, weights } = stage
  const place = windowsOf(stage, input), { height, width, size } = place
  const alike = firstAlike(stage, place, input), blocks = inBlocks(weights, channels, size)
  const biases = new Float64Array(channels + BLOCK), values = new weights.constructor(height * width * channels)
  const filled = { at: new Int32Array(size), values: new Float64Array(size), count: 0 }
  biases.set(stage.biases)
  for (let p = 0, to = 0; p < height * width; p++, to += channels) {
    if (alike && alike[p] < p) {
      for (let from = alike[p] * channels, o = 0; o < channels; o++) values[to + o] = values[from + o]
      continue
    }
    lookThrough(stage, input, place, p, filled)
    for (let o = 0; o < channels; o += BLOCK) sumBlock(blocks, o * size, filled, biases, o, values, to, channels)
  }
  return { height, width, channels, values, alike }
}

// What is not zero in a window: the values, and where the weights for them begin in a block.
function lookThrough({ inputs, kernel, stride, padding, flat }, { height, width, values }, place, p, filled) {
  filled.count = 0
  if (flat) return gather(filled, values, 0, values.length, 0)
  const top = Math.floor(p / place.width) * stride - padding, left = (p % place.width) * stride - padding
  const first = Math.max(0, -left), length = (Math.min(kernel, width - left) - first) * inputs
  for (let dy = Math.max(0, -top); dy < kernel && top + dy < height; dy++)
    gather(filled, values, ((top + dy) * width + left + first) * inputs, length, (dy * kernel + first) * inputs)
}

function gather(filled, from, start, length, to) {
  const { at, values } = filled
  let { count } = filled
  for (let i = 0; i < length; i++) {
    const value = from[start + i]
    if (value === 0) continue
    at[count] = (to + i) * BLOCK
    values[count++] = value
  }
  filled.count = count
}

// The channels of one block at a window. Eight variables, because the engine keeps those in registers.
function sumBlock(blocks, start, { at, values, count }, biases, o, out, to, channels) {
  let a = biases[o], b = biases[o + 1], c = biases[o + 2], d = biases[o + 3]
  let e = biases[o + 4], f = biases[o + 5], g = biases[o + 6], h = biases[o + 7]
  for (let k = 0; k < count; k++) {
    const w = start + at[k], value = values[k]
    a += blocks[w] * value
    b += blocks[w + 1] * value
    c += blocks[w + 2] * value
    d += blocks[w + 3] * value
    e += blocks[w + 4] * value
    f += blocks[w + 5] * value
    g += blocks[w + 6] * value
    h += blocks[w + 7] * value
  }
  const first = to + o, left = channels - o
  out[first] = a
  if (left > 1) out[first + 1] = b
  if (left > 2) out[first + 2] = c
  if (left > 3) out[first + 3] = d
  if (left > 4) out[first + 4] = e
  if (left > 5) out[first + 5] = f
  if (left > 6) out[first + 6] = g
  if (left > 7) out[first + 7] = h
}

export function activate(map, name) {
  const { channels, alike } = map, activation = ACTIVATIONS[name], values = map.values.slice()
  for (let p = 0, at = 0; at < values.length; p++)
    if (alike && alike[p] < p) for (let from = alike[p] * channels, o = 0; o < channels; o++) values[at++] = values[from++]
    else if (name === "relu") for (let o = 0; o < channels; o++, at++) values[at] = Math.max(values[at], 0)
    else for (let o = 0; o < channels; o++, at++) values[at] = activation(values[at])
  return { ...map, values, before: map.values }
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
  for (let at = 0; at < values.length; ) for (let o = 0; o < channels; o++) scores[o] += values[at++]
  for (let o = 0; o < channels; o++) scores[o] /= height * width * temperature
  const most = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - most))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}

// A picture, or a network, that came as text.
export function decoded(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

// A picture of side×side bytes as the network takes it, −1 to 1.
export function picture(image, side = Math.sqrt(image.length)) {
  const values = new Float32Array(image.length), alike = new Int32Array(image.length), seen = new Int32Array(256).fill(-1)
  for (let p = 0; p < image.length; p++) {
    values[p] = Math.fround(image[p] / 127.5) - 1
    if (seen[image[p]] < 0) seen[image[p]] = p
    alike[p] = seen[image[p]]
  }
  return { height: side, width: side, channels: 1, values, alike }
}

// The probability of each class for a picture; all zeros for an empty one.
export function classify(network, image) {
  if (!image.some((value) => value)) return new Float64Array(network.stages.at(-1).channels)
  return probabilities(network, run(network, picture(image)).at(-1))
}
