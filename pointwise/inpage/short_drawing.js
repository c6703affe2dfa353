// A drawing as a short text for an address, as pointwise/ui/canvas/short_drawing.py makes and reads it: its strokes, or
// 28×28 pixels where they would be too long. A change here is a change there; a test holds the two together.

const LONGEST = 2000 // characters
const MOST_BYTES = 64000 // of a text before it was compressed
const POINTS = 1000, PENS = 10000 // steps of a coordinate and of a pen's width
const EMPTY = "0", STROKES = "s", PICTURE = "p" // what a text begins with
const REACH = [-4, 5], WIDTHS = [0.001, 1] // as far as a pen may be beyond the sheet, and how wide

// Bytes through a stream of the browser's; more than ``most`` of them are refused.
async function through(bytes, stream, most = Infinity) {
  const parts = []
  let count = 0
  for (const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader(); ;) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    count += value.length
    if (count > most) throw new Error("it is too long")
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

async function packed(bytes) {
  const small = await through(bytes, new CompressionStream("deflate"))
  return btoa(String.fromCharCode(...small)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")
}

async function unpacked(text) {
  if (text.length > LONGEST || !/^[\w-]*$/.test(text)) throw new Error("it is too long, or no such text")
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return through(Uint8Array.from(letters, (letter) => letter.charCodeAt(0)), new DecompressionStream("deflate"), MOST_BYTES)
}

// Pen, whether drawn by hand, the first point, and the way to each next one.
function lineOf({ points, pen, byHand }) {
  const steps = points.map(([x, y]) => [Math.round(POINTS * x), Math.round(POINTS * y)])
  const ways = steps.map(([x, y], at) => (at ? [x - steps[at - 1][0], y - steps[at - 1][1]] : [x, y]))
  return [Math.round(PENS * pen), byHand ? 1 : 0, ...ways.flat()]
}

function strokeOf([pen, byHand, ...numbers]) {
  const within = (value, [low, high]) => {
    if (!(value >= low && value <= high)) throw new Error("a number is out of its range")
    return value
  }
  if (!numbers.length || numbers.length % 2 || ![pen, byHand, ...numbers].every(Number.isInteger)) throw new Error("no stroke")
  const points = []
  for (let at = 0, x = 0, y = 0; at < numbers.length; at += 2) {
    x += numbers[at]
    y += numbers[at + 1]
    points.push([within(x / POINTS, REACH), within(y / POINTS, REACH)])
  }
  return { points, pen: within(pen / PENS, WIDTHS), byHand: Boolean(byHand) }
}

// Letters, digits, - and _ of what is on a sheet: strokes as sheet.js has them, and the 28×28 bytes that they become.
export async function shortened(strokes, image) {
  if (!strokes.length) return EMPTY
  if (strokes.every(({ points }) => points)) {
    const text = STROKES + (await packed(new TextEncoder().encode(JSON.stringify(strokes.map(lineOf)))))
    if (text.length <= LONGEST) return text
  }
  return PICTURE + (await packed(Uint8Array.from(image)))
}

// The ``strokes`` that ``shortened`` made a text of, or the ``image``. Throws an Error for anything else.
export async function lengthened(text) {
  if (text === EMPTY) return { strokes: [] }
  const bytes = await unpacked(text.slice(1))
  if (text[0] === STROKES) {
    const lines = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
    if (!Array.isArray(lines)) throw new Error("no list of strokes")
    return { strokes: lines.map(strokeOf) }
  }
  if (text[0] !== PICTURE || bytes.length !== 28 * 28) throw new Error("no such text")
  return { image: bytes }
}
