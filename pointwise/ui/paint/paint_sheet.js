// The picture with its layers, each in the picture's own pixels, and the canvas on which the part is drawn that is seen.

import { boundaries, inColours, inkOn, inStops } from "./label_layers.js"
import { mark, rasterised } from "./stroke_mask.js"

const SHARP = 2 // device pixels for a pixel of the picture from which on its pixels are squares
const AROUND = [[-1, 0], [1, 0], [0, -1], [0, 1]] // where the rim of strokes is drawn, which tells them from labels

function blank(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height }).getContext("2d")
}

function put(context, numbers, [left, top, right]) {
  const pixels = new Uint8ClampedArray(numbers.buffer)
  context.putImageData(new ImageData(pixels, right - left), left, top)
}

export function paintSheet(canvas) {
  const context = canvas.getContext("2d")
  let width = 0, height = 0, picture = null, mask = null, strokes = [], answer = null, made = {}
  let colours = [], rims = [], plain = 0, stops = []
  let painted = null, rim = null
  let version = 0, drawn = "", stale = null // what is drawn, and the box in which strokes are newer

  const everything = () => [0, 0, width, height]

  function joined(one, other) {
    const [a, b] = [one ?? other, other]
    return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]
  }

  function colour(box) {
    if (!box) return
    stale = joined(stale, box)
    put(painted, inColours(mask, width, box, colours, colours.length), box)
    put(rim, inColours(mask, width, box, rims, rims.length), box)
  }

  // A layer of the answer, made when it is first looked at.
  function answered(name) {
    if (!answer || name === "picture" || (name === "uncertainty" && !answer.uncertainty)) return null
    if (made[name]) return made[name].canvas
    made[name] = blank(width, height)
    const numbers = {
      labels: () => inColours(answer.labels, width, everything(), colours, plain),
      boundaries: () => boundaries(answer.labels, width, height, colours),
      uncertainty: () => inStops(answer.uncertainty, stops),
    }
    put(made[name], numbers[name](), everything())
    return made[name].canvas
  }

  const same = (one, other) => one.id === other.id && one.label === other.label

  return {
    // Another picture's size: nothing is on it.
    begin(size) {
      ;({ width, height } = size)
      version++
      picture = answer = null
      made = {}
      strokes = []
      mask = new Uint8Array(width * height)
      painted = blank(width, height)
      rim = blank(width, height)
    },
    dress(look) {
      if (JSON.stringify([look.colours, look.plain, look.stops]) === JSON.stringify([colours, plain, stops])) return
      ;({ colours, plain, stops } = look)
      version++
      rims = colours.map((one) => (inkOn(one) === "#000000" ? "#000000" : "#ffffff"))
      made = {}
      colour(everything())
    },
    usePicture(image) {
      picture = image
      version++
    },
    useAnswer(next) {
      answer = next
      made = {}
      version++
    },
    // The strokes that are shown, and over them one that is being drawn.
    useStrokes(next, current) {
      const more = next.length >= strokes.length && strokes.every((one, n) => same(one, next[n]))
      if (more) for (const one of next.slice(strokes.length)) colour(mark(mask, width, height, one))
      else {
        mask = rasterised(next, width, height)
        colour(everything())
      }
      strokes = next
      if (current) this.go(current, 0)
    },
    // More of the stroke that is being drawn, from its point number ``from`` on.
    go(stroke, from) {
      colour(mark(mask, width, height, stroke, from))
    },
    // Anew, without the stroke that was being drawn.
    forget() {
      mask = rasterised(strokes, width, height)
      colour(everything())
    },
    labelAt: (at) => answer?.labels?.[at] ?? 0,
    paintedAt: (at) => mask?.[at] ?? 0,
    uncertaintyAt: (at) => answer?.uncertainty?.[at] ?? null,
    // Draws what is new: all of it, or where there is a new part of a stroke only that.
    draw(view, { layer: name, opacity, marks }, fine) {
      const now = JSON.stringify([view, name, opacity, marks, fine, canvas.width, canvas.height, version])
      const box = now === drawn ? stale : everything()
      if (!box) return
      const scale = view.scale * fine
      const at = (place, start, out) => (place - start) * scale + out * 2 * fine
      const left = Math.floor(at(box[0], view.x, -1)), top = Math.floor(at(box[1], view.y, -1))
      context.save()
      context.beginPath()
      context.rect(left, top, Math.ceil(at(box[2], view.x, 1)) - left, Math.ceil(at(box[3], view.y, 1)) - top)
      if (now === drawn) context.clip()
      drawn = now
      stale = null
      context.clearRect(0, 0, canvas.width, canvas.height)
      context.imageSmoothingEnabled = scale < SHARP
      context.imageSmoothingQuality = "high"
      const show = (image, alpha, [right, down] = [0, 0]) => {
        if (!image) return
        context.globalAlpha = alpha
        const start = [right - view.x * view.scale, down - view.y * view.scale].map((part) => part * fine)
        context.setTransform(scale, 0, 0, scale, ...start)
        context.drawImage(image, 0, 0)
      }
      show(picture, 1)
      show(answered(name), name === "boundaries" ? 1 : opacity)
      context.imageSmoothingQuality = "medium"
      if (marks) {
        for (const way of AROUND) show(rim.canvas, 0.7, way)
        show(painted.canvas, 1)
      }
      context.restore()
    },
  }
}
