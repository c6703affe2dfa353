// From a drawing to 28×28: the steps of pointwise/drawing.py in the same arithmetic, so that the page and Python see the
// same picture. A change here is a change there; a test holds the two together.

export const SIDE = 28
const BOX = 20, FAINTEST = 0.1, TIE = 1e-9
const LUMINANCE = [0.299, 0.587, 0.114]

// RGBA bytes of (height, width) to bytes of 28×28.
export function prepare(rgba, height, width, normalise = true) {
  const ink = inkOf(rgba, height, width, normalise)
  if (!ink) return new Uint8Array(SIDE * SIDE)
  const scaled = areaAverage(ink, ...fit(ink, normalise ? BOX : SIDE))
  if (normalise) return placed(scaled, ...cornerByMass(scaled))
  return placed(scaled, Math.floor((SIDE - scaled.height) / 2), Math.floor((SIDE - scaled.width) / 2))
}

// How much each pixel differs from the background, 0–1, if wanted in the smallest box around all that do; null where
// nothing does.
function inkOf(rgba, height, width, cropped) {
  const light = (at) =>
    (LUMINANCE[0] * rgba[4 * at] + LUMINANCE[1] * rgba[4 * at + 1] + LUMINANCE[2] * rgba[4 * at + 2]) / 255
  const clear = median(border(height, width, (at) => rgba[4 * at + 3])) < 128
  const paper = clear ? 0 : median(border(height, width, light))
  const runs = runsOf(rgba, height, width, (at) => (clear ? rgba[4 * at + 3] / 255 : Math.abs(light(at) - paper)))
  const strongest = runs.reduce((most, { ink }) => Math.max(most, ink), 0)
  if (strongest < FAINTEST) return null
  let top = height, bottom = 0, left = width, right = 0
  for (const run of runs) {
    run.ink /= strongest
    if (run.ink < FAINTEST) run.ink = 0
    else if (cropped) {
      top = Math.min(top, run.y)
      bottom = run.y + 1
      left = Math.min(left, run.from)
      right = Math.max(right, run.to)
    }
  }
  if (!cropped) [top, bottom, left, right] = [0, height, 0, width]
  const box = { height: bottom - top, width: right - left }
  box.values = new Float64Array(box.height * box.width)
  for (const { y, from, to, ink } of runs)
    if (ink) box.values.fill(ink, (y - top) * box.width + from - left, (y - top) * box.width + to - left)
  return box
}

// The runs of pixels of one colour in a row, but for those of paper, of which there is most.
function runsOf(rgba, height, width, inkAt) {
  const { buffer, byteOffset } = rgba.byteOffset % 4 ? rgba.slice() : rgba
  const colours = new Uint32Array(buffer, byteOffset, height * width), runs = []
  for (let y = 0, first = 0; y < height; y++, first += width)
    for (let to = 0; to < width; ) {
      const from = to, colour = colours[first + from]
      while (to < width && colours[first + to] === colour) to++
      const ink = inkAt(first + from)
      if (ink) runs.push({ y, from, to, ink })
    }
  return runs
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
