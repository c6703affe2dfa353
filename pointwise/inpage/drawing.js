// From a drawing to 28×28: the steps of pointwise/drawing.py in the same arithmetic, so that the page and Python see the
// same picture. A change here is a change there; a test holds the two together.

export const SIDE = 28
const BOX = 20, FAINTEST = 0.1, TIE = 1e-9
const LUMINANCE = [0.299, 0.587, 0.114]

// RGBA bytes of (height, width) to bytes of 28×28.
export function prepare(rgba, height, width, normalise = true) {
  const ink = inkOf(rgba, height, width)
  const box = ink && inked(ink)
  if (!box) return new Uint8Array(SIDE * SIDE)
  if (!normalise) {
    const whole = areaAverage(ink, ...fit(ink, SIDE))
    return placed(whole, Math.floor((SIDE - whole.height) / 2), Math.floor((SIDE - whole.width) / 2))
  }
  const cropped = crop(ink, box)
  const scaled = areaAverage(cropped, ...fit(cropped, BOX))
  return placed(scaled, ...cornerByMass(scaled))
}

// How much each pixel differs from the background, 0–1; null where nothing does.
function inkOf(rgba, height, width) {
  const count = height * width, values = new Float64Array(count)
  if (median(border(height, width, (at) => rgba[4 * at + 3])) < 128)
    for (let at = 0; at < count; at++) values[at] = rgba[4 * at + 3] / 255
  else {
    const light = (at) =>
      (LUMINANCE[0] * rgba[4 * at] + LUMINANCE[1] * rgba[4 * at + 1] + LUMINANCE[2] * rgba[4 * at + 2]) / 255
    const paper = median(border(height, width, light))
    for (let at = 0; at < count; at++) values[at] = Math.abs(light(at) - paper)
  }
  let strongest = 0
  for (const value of values) if (value > strongest) strongest = value
  if (strongest < FAINTEST) return null
  for (let at = 0; at < count; at++) {
    const share = values[at] / strongest
    values[at] = share < FAINTEST ? 0 : share
  }
  return { height, width, values }
}

function border(height, width, value) {
  const all = []
  for (let x = 0; x < width; x++) all.push(value(x), value((height - 1) * width + x))
  for (let y = 0; y < height; y++) all.push(value(y * width), value(y * width + width - 1))
  return all
}

function median(values) {
  const sorted = Float64Array.from(values).sort(), half = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2
}

// The smallest box around all ink.
function inked({ height, width, values }) {
  let top = height, bottom = -1, left = width, right = -1
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      if (values[at] > 0) {
        if (y < top) top = y
        bottom = y
        if (x < left) left = x
        if (x > right) right = x
      }
  return bottom < 0 ? null : { top, bottom, left, right }
}

function crop({ width, values }, { top, bottom, left, right }) {
  const result = { height: bottom - top + 1, width: right - left + 1 }
  result.values = new Float64Array(result.height * result.width)
  for (let y = top; y <= bottom; y++)
    result.values.set(values.subarray(y * width + left, y * width + right + 1), (y - top) * result.width)
  return result
}

function fit({ height, width }, longest) {
  return [height, width].map((side) => Math.max(1, Math.floor((side * longest) / Math.max(height, width) + 0.5)))
}

// Each output pixel is the mean of the area under it.
function areaAverage(picture, height, width) {
  return transposed(average(transposed(average(picture, height)), width))
}

// (height, width) to (out, width): differences of the running sum over the rows, taken at the output cells' edges.
function average({ height, width, values }, out) {
  const result = new Float64Array(out * width), ratio = height / out, share = out / height
  const sum = new Float64Array(width), last = new Float64Array(width)
  for (let edge = 1, row = 0; edge <= out; edge++) {
    const place = edge * ratio, whole = Math.min(Math.floor(place), height - 1)
    for (; row < whole; row++) for (let x = 0; x < width; x++) sum[x] += values[row * width + x]
    for (let x = 0; x < width; x++) {
      const here = sum[x] + (place - whole) * values[whole * width + x]
      result[(edge - 1) * width + x] = (here - last[x]) * share
      last[x] = here
    }
  }
  return { height: out, width, values: result }
}

function transposed({ height, width, values }) {
  const result = new Float64Array(values.length)
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++) result[x * height + y] = values[at++]
  return { height: width, width: height, values: result }
}

// The corner that puts the centre of mass where MNIST's digits have theirs, the picture staying inside.
function cornerByMass({ height, width, values }) {
  let mass = 0, down = 0, right = 0
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      mass += values[at]
      down += values[at] * (y + 0.5)
      right += values[at] * (x + 0.5)
    }
  const corner = (moment, side) => Math.min(Math.max(Math.ceil(SIDE / 2 - moment / mass - TIE), 0), SIDE - side)
  return [corner(down, height), corner(right, width)]
}

function placed({ height, width, values }, top, left) {
  const image = new Uint8Array(SIDE * SIDE)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      image[(top + y) * SIDE + left + x] = Math.floor(Math.min(Math.max(values[at], 0), 1) * 255 + 0.5)
  return image
}
