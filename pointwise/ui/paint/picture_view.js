// Which part of a picture is seen, and how large. A view is { scale, x, y }: screen pixels for a pixel of the picture,
// and the place in the picture that is at the upper left corner of the stage. The stage is { width, height }, so is the
// picture.

const MOST = 40 // screen pixels for a pixel of the picture
export const ZOOM = 1.5 // of one step

// The scale that shows the whole picture.
export function whole(stage, picture) {
  return Math.min(stage.width / picture.width, stage.height / picture.height)
}

// A view that is possible: not smaller than the whole picture, and without a margin where there need be none.
export function possible({ scale, x, y }, stage, picture) {
  const least = whole(stage, picture)
  const most = Math.max(MOST, least)
  const next = Math.min(Math.max(scale, least), most)
  const place = (at, seen, size) => (seen >= size ? (size - seen) / 2 : Math.min(Math.max(at, 0), size - seen))
  return {
    scale: next,
    x: place(x, stage.width / next, picture.width),
    y: place(y, stage.height / next, picture.height),
  }
}

// The picture's place at a place of the stage.
export function placeAt(view, [left, top]) {
  return [view.x + left / view.scale, view.y + top / view.scale]
}

export function stageAt(view, [x, y]) {
  return [(x - view.x) * view.scale, (y - view.y) * view.scale]
}

// Larger by ``factor`` around a place of the stage that stays where it is.
export function zoomed(view, factor, at, stage, picture) {
  const scale = Math.min(Math.max(view.scale * factor, whole(stage, picture)), Math.max(MOST, whole(stage, picture)))
  const [x, y] = placeAt(view, at)
  return possible({ scale, x: x - at[0] / scale, y: y - at[1] / scale }, stage, picture)
}

// Moved by screen pixels, as a hand moves a sheet.
export function moved(view, [right, down], stage, picture) {
  return possible({ ...view, x: view.x - right / view.scale, y: view.y - down / view.scale }, stage, picture)
}

// Two fingers moved from ``from`` to ``to``, two places each: what lay under them does still.
export function pinched(view, from, to, stage, picture) {
  const middle = ([one, other]) => [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2]
  const apart = ([one, other]) => Math.max(Math.hypot(one[0] - other[0], one[1] - other[1]), 1)
  const [was, is] = [middle(from), middle(to)]
  const nearer = zoomed(view, apart(to) / apart(from), was, stage, picture)
  return moved(nearer, [is[0] - was[0], is[1] - was[1]], stage, picture)
}

// A place in the middle, with ``across`` pixels of the picture around it.
export function centred([x, y], across, stage, picture) {
  const scale = Math.min(stage.width, stage.height) / Math.max(across, 1)
  const at = possible({ scale, x: 0, y: 0 }, stage, picture).scale
  return possible({ scale: at, x: x - stage.width / at / 2, y: y - stage.height / at / 2 }, stage, picture)
}

// The view that shows a place, moved as little as need be.
export function showing(view, [x, y], stage, picture) {
  const margin = 24 / view.scale
  const into = (at, place, seen) => Math.min(Math.max(at, place + margin - seen), place - margin)
  const next = { ...view, x: into(view.x, x, stage.width / view.scale), y: into(view.y, y, stage.height / view.scale) }
  return possible(next, stage, picture)
}
