// Which pixels a stroke labels, by the arithmetic of pointwise/segmentation/brush.py, where it is explained: a test
// holds the two together.

const LEAST = 0.51

export function radiusOf(size) {
  return Math.sqrt(Math.max((size * size) / 4, LEAST))
}

// Calls ``fill(row, first column, column after)`` for the runs of pixels near a straight line.
export function runs([ax, ay], [bx, by], radius, width, height, fill) {
  const dx = bx - ax, dy = by - ay, level = dy === 0
  const top = Math.min(Math.max(Math.floor(Math.min(ay, by) - radius), 0), height)
  const bottom = Math.min(Math.max(Math.ceil(Math.max(ay, by) + radius), 0), height)
  const lean = level ? 0 : radius * (dx / Math.sqrt(dx * dx + dy * dy)) * Math.sign(dy)
  const clip = (value, low, high) => Math.min(Math.max(value, low), high)
  for (let row = top; row < bottom; row++) {
    const away = row + 0.5 - ay
    const one = (away - radius) / dy, other = (away + radius) / dy
    const least = level ? 0 : clip(Math.min(one, other), 0, 1), most = level ? 1 : clip(Math.max(one, other), 0, 1)
    const outermost = (side) => {
      const t = level ? Number(side * dx > 0) : clip((away + side * lean) / dy, least, most)
      const u = away - t * dy, reach = radius * radius - u * u
      return reach < 0 ? NaN : ax + t * dx + side * Math.sqrt(reach)
    }
    const left = outermost(-1), right = outermost(1)
    if (Number.isNaN(left) || Number.isNaN(right)) continue
    const begin = Math.max(Math.ceil(left - 0.5), 0), end = Math.min(Math.floor(right - 0.5) + 1, width)
    if (begin < end) fill(row, begin, end)
  }
}

// Labels the pixels of a stroke from its point number ``from`` on, in ``mask`` (height × width); what has changed is
// within the box that is returned, [left, top, right, bottom], or null.
export function mark(mask, width, height, { points, size, label }, from = 0) {
  const radius = radiusOf(size)
  let box = null
  const fill = (row, begin, end) => {
    mask.fill(label, row * width + begin, row * width + end)
    if (!box) box = [begin, row, end, row + 1]
    else box = [Math.min(box[0], begin), Math.min(box[1], row), Math.max(box[2], end), Math.max(box[3], row + 1)]
  }
  if (points.length === 1) runs(points[0], points[0], radius, width, height, fill)
  for (let n = Math.max(from, 1); n < points.length; n++) runs(points[n - 1], points[n], radius, width, height, fill)
  return box
}

// The class of each pixel, 0 where none is painted.
export function rasterised(strokes, width, height) {
  const mask = new Uint8Array(width * height)
  for (const stroke of strokes) mark(mask, width, height, stroke)
  return mask
}
