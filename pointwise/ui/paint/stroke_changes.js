// What somebody does to the strokes, kept until the server has it. The page shows the server's strokes with the changes
// that wait, by the rules of pointwise/segmentation/strokes.py: a test holds the two together.

const WAITS = [3000, 5000, 8000] // milliseconds until the changes that wait are sent again
const NEAR = 1 / 8 // of the brush's size: points of a stroke nearer than that are left out

// A stroke as the server writes it.
export function strokeOf([id, label, size, flat]) {
  return { id, label, size, points: Array.from({ length: flat.length / 2 }, (_, n) => [flat[2 * n], flat[2 * n + 1]]) }
}

function changed({ strokes, cleared }, [, , what, ...more]) {
  if (what === "paint" && !strokes.some(({ id }) => id === more[0]))
    return { strokes: [...strokes, strokeOf(more)], cleared }
  if (what === "undo") return { strokes: strokes.filter(({ id }) => id !== more[0]), cleared }
  if (what === "clear" && strokes.length) return { strokes: [], cleared: strokes }
  if (what === "restore" && cleared.length && !strokes.length) return { strokes: cleared, cleared: [] }
  return { strokes, cleared }
}

// The server's strokes, and those of the last clearing, with changes that it may not have yet.
export function after(known, changes) {
  return changes.reduce(changed, known)
}

// The changes that the server has not seen; of each client it knows the number of the last one.
export function unseen(changes, seen) {
  return changes.filter(([client, n]) => n > (seen[client] ?? 0))
}

// The change that takes back the last one, and what does it again; null where there is nothing.
export function backwards({ strokes, cleared }) {
  const last = strokes.at(-1)
  if (last) return { change: ["undo", last.id], again: { stroke: last } }
  return cleared.length ? { change: ["restore"], again: {} } : null
}

export function forwards({ stroke }, id) {
  return stroke ? paint({ ...stroke, id }) : ["clear"]
}

export function paint({ id, label, size, points }) {
  return ["paint", id, label, size, points.flat()]
}

// Milliseconds until the next try.
export function wait(tries) {
  return WAITS[Math.min(tries, WAITS.length) - 1] ?? 0
}

// Whether a stroke goes on to a point that is far enough from its last one to be a point of it.
export function far([x, y], [lastX, lastY], size) {
  return Math.hypot(x - lastX, y - lastY) >= Math.max(0.5, size * NEAR)
}

// A point as it is sent, and so as it is drawn.
export function rounded([x, y]) {
  const within = (value) => Math.round(100 * Math.min(Math.max(value, -2000), 4000)) / 100
  return [within(x), within(y)]
}
