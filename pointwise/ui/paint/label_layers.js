// The server's layers in colours: labels, the boundaries between them, how unsure each pixel is, and strokes. A colour
// is [red, green, blue]. Classes count from 1; those above ``plain`` are hatched, as no more colours can be told apart.

const OPAQUE = 255
const HATCH = 6 // pixels of the picture from one line to the next

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
}

// One number for a pixel of an ImageData, as all computers that run browsers have it in memory.
function packed([red, green, blue], alpha = OPAQUE) {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0
}

function light([red, green, blue]) {
  return 0.299 * red + 0.587 * green + 0.114 * blue
}

// Black or white, whichever is read better on a colour.
export function inkOn(hex) {
  return light(rgb(hex)) > 140 ? "#000000" : "#ffffff"
}

// For classes 0…k: the number of their pixels, and of the hatching over it.
function inks(colours, plain) {
  const all = [[0, 0, 0], ...colours.map(rgb)]
  const over = all.map((colour, n) => {
    if (n <= plain) return colour
    const towards = light(colour) > 110 ? 0 : 255
    return colour.map((part) => Math.round(0.45 * part + 0.55 * towards))
  })
  return [all, over].map((list) => Uint32Array.from(list, (colour, n) => (n ? packed(colour) : 0)))
}

// Pixels of ``labels`` within a box [left, top, right, bottom] of a picture, as Uint32 numbers of RGBA.
export function inColours(labels, width, [left, top, right, bottom], colours, plain) {
  const [main, over] = inks(colours, plain)
  const out = new Uint32Array((right - left) * (bottom - top))
  let at = 0
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const label = labels[y * width + x]
      out[at++] = label > plain && (x + y) % HATCH < 2 ? over[label] : main[label]
    }
  return out
}

// Pixels at which a class ends, in its colour.
export function boundaries(labels, width, height, colours) {
  const [main] = inks(colours, colours.length)
  const out = new Uint32Array(width * height)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const label = labels[at]
      const ends =
        (x && labels[at - 1] !== label) || (x + 1 < width && labels[at + 1] !== label) ||
        (y && labels[at - width] !== label) || (y + 1 < height && labels[at + width] !== label)
      if (ends) out[at] = main[label]
    }
  return out
}

// How unsure each pixel is, 0–255, in colours that rise through ``stops``.
export function inStops(values, stops) {
  const ramp = Uint32Array.from({ length: 256 }, (_, value) => {
    const place = (value / 255) * (stops.length - 1), from = Math.min(Math.floor(place), stops.length - 2)
    const mixed = stops[from].map((part, c) => Math.round(part + (stops[from + 1][c] - part) * (place - from)))
    return packed(mixed)
  })
  return Uint32Array.from(values, (value) => ramp[value])
}
