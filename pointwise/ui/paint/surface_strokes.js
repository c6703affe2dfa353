// What hand and keys do to the strokes of a surface.

import { SIZES } from "./paint_tools.js"
import { backwards, far, forwards, rounded } from "./stroke_changes.js"
import { place } from "./surface_view.js"

// What the server sent of the picture that is on the surface.
export function received(one, kind) {
  const found = one.layers[kind]
  return found && found.picture === one.data?.picture ? found : null
}

export function tell(one, said) {
  one.said = said
}

// A stroke from a place of the picture on; false where there is no room for one.
export function begin(one, at) {
  if (one.stroke || !received(one, "strokes")) return false
  const { strokes, points, points_in_all: all } = one.data.most
  const used = one.shown.strokes.reduce((sum, stroke) => sum + stroke.points.length, 0)
  if (one.shown.strokes.length >= strokes || used + points > all) {
    tell(one, "There is no room for more strokes. Undo some, or clear them.")
    one.update()
    return false
  }
  const label = one.tool === "erase" ? 0 : one.label
  one.stroke = { id: "", label, size: SIZES[one.size], points: [rounded(at)] }
  one.target = null
  if (!one.marks) one.marks = true
  one.sheet.go(one.stroke, 0)
  place(one)
  return true
}

export function go(one, places) {
  const { stroke } = one
  if (!stroke) return
  const known = stroke.points.length
  for (const at of places)
    if (far(at, stroke.points.at(-1), stroke.size)) stroke.points.push(rounded(at))
  one.tip = rounded(places.at(-1))
  if (stroke.points.length > known) one.sheet.go(stroke, known)
  if (stroke.points.length >= one.data.most.points - 1) {
    finish(one)
    begin(one, one.tip)
  }
  place(one)
}

// The stroke is over, and sent.
export function finish(one) {
  const { stroke, tip } = one
  if (!stroke) return
  const last = stroke.points.at(-1)
  if (tip && (tip[0] !== last[0] || tip[1] !== last[1])) {
    stroke.points.push(tip)
    one.sheet.go(stroke, stroke.points.length - 1)
  }
  one.stroke = one.tip = null
  one.again = []
  tell(one, stroke.label ? `Painted ${one.data.classes[stroke.label - 1]?.[0] ?? stroke.label}.` : "Erased.")
  one.unsent.paint(stroke)
  one.arrived()
}

export function cancel(one) {
  if (!one.stroke) return
  one.stroke = one.tip = null
  one.sheet.forget()
  place(one)
}

export function doAgain(one) {
  const last = one.again.pop()
  if (!last) return
  tell(one, "Done again.")
  one.unsent.add(forwards(last, one.unsent.newId()))
  one.arrived()
}

export function undo(one) {
  const back = one.stroke ? null : backwards(one.shown)
  if (!back) return
  one.again.push(back.again)
  tell(one, "Taken back.")
  one.unsent.add(back.change)
  one.arrived()
}

export function clear(one) {
  if (one.stroke || !one.shown.strokes.length) return
  one.again = []
  tell(one, "Cleared; Undo brings the strokes back.")
  one.unsent.add(["clear"])
  one.arrived()
}

