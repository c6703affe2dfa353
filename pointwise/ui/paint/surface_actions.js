// What pointer, keys and buttons ask for, done to a surface.

import { LAYERS } from "./paint_tools.js"
import { moved, pinched, placeAt, showing } from "./picture_view.js"
import { begin, cancel, clear, doAgain, finish, go, tell, undo } from "./surface_strokes.js"
import { look, place, stageOf, zoom, zoomStep } from "./surface_view.js"

function pick(one, at) {
  const [x, y] = at.map(Math.floor)
  if (x < 0 || y < 0 || x >= one.data.width || y >= one.data.height) return
  one.data = { ...one.data, pixel: [x, y] }
  one.send("pixel", { picture: one.data.picture, x, y })
  place(one)
}

export function cross(one, [right, down]) {
  const { width, height } = one.data, stage = stageOf(one)
  const within = (value, most) => Math.min(Math.max(value, 0), most)
  const from = one.cross ?? placeAt(one.view, [stage.width / 2, stage.height / 2]).map((part) => Math.floor(part) + 0.5)
  const first = !one.crossed
  one.crossed = true
  one.cross = first ? from : [within(from[0] + right, width), within(from[1] + down, height)]
  if (one.stroke) go(one, [one.cross])
  look(one, showing(one.view, one.cross, stage, one.data))
}

// Space or Enter: the brush goes down or up, or the pixel is asked for.
function pressKey(one) {
  if (!one.crossed) cross(one, [0, 0])
  if (one.tool === "why") pick(one, one.cross)
  else if (one.stroke) finish(one)
  else if (one.tool !== "move" && begin(one, one.cross)) {
    const [column, row] = one.cross.map((part) => Math.floor(part) + 1)
    tell(one, `Brush down at column ${column}, row ${row}.`)
  }
  one.update()
}

export function uncross(one) {
  if (!one.crossed) return
  finish(one)
  one.crossed = false
  place(one)
}

// The actions of hand, keys and buttons.
export function actions(one) {
  const set = (name) => (value) => {
    one[name] = value
    one.update()
  }
  const size = (number) => set("size")(Math.min(Math.max(number, 0), one.sizes - 1))
  const at = (on) => placeAt(one.view, on)
  const label = (number) => {
    if (number > one.data.classes.length) return
    one.label = number
    set("tool")("paint")
  }
  return {
    tool: (name) => (name ? set("tool")(name) : one.tool),
    layer: set("layer"), marks: set("marks"), label, sizeNumber: size,
    opacity: (percent) => set("opacity")(percent / 100),
    size: (step) => size(one.size + step),
    nextLayer: () => {
      const names = Object.keys(LAYERS)
      set("layer")(names[(names.indexOf(one.layer) + 1) % names.length])
    },
    undo: () => undo(one), redo: () => doAgain(one), clear: () => clear(one),
    zoom: (factor, on) => (on ? zoom(one, factor, on) : zoomStep(one, factor)),
    pan: (by) => look(one, moved(one.view, by, stageOf(one), one.data)),
    pinch: (from, to) => look(one, pinched(one.view, from, to, stageOf(one), one.data)),
    begin: (on) => {
      uncross(one)
      return begin(one, at(on))
    },
    go: (places) => go(one, places.map(at)),
    end: () => finish(one), cancel: () => cancel(one), pick: (on) => pick(one, at(on)),
    hover: (on) => {
      one.hover = on && at(on)
      if (on && !one.stroke) uncross(one)
      place(one)
    },
    moves: () => one.keys.held(),
    changed: (mode) => {
      one.grabs = mode === "pan"
      place(one)
    },
    scale: () => one.view.scale, cross: (by) => cross(one, by), crossed: () => one.crossed, press: () => pressKey(one),
    leave: () => (one.stroke ? finish(one) : one.crossed ? uncross(one) : one.elements.stage.blur()),
  }
}

