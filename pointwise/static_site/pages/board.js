// The sheet on a page of the site, with its buttons and samples, and the drawing on it: one from the address, else the one
// that was drawn last in this browser, on whichever page, else a seven.

import { prepare } from "../../inpage/drawing.js"
import { make } from "../../inpage/elements.js"
import { picture } from "../../inpage/network.js"
import { sheet } from "../../inpage/sheet.js"
import { lengthened, shortened } from "../../inpage/short_drawing.js"
import { about, asked, embedded, field, found, keep, lasting } from "./frame.js"

const PARTS = 1e4 // of a sheet, in which the samples' points are
const DRAWING = "drawing", STEPS = "steps" // what lasts

// White ink as opaque as the values are, in the middle of a sheet, as large as it fits: in the place of strokes.
function inked(image) {
  const side = Math.sqrt(image.length), canvas = make("canvas", { width: side, height: side })
  const bytes = new Uint8ClampedArray(4 * image.length)
  image.forEach((value, at) => bytes.set([255, 255, 255, value], 4 * at))
  canvas.getContext("2d").putImageData(new ImageData(bytes, side, side), 0, 0)
  return {
    paint(context, width, height) {
      const large = Math.min(width, height)
      context.drawImage(canvas, (width - large) / 2, (height - large) / 2, large, large)
    },
  }
}

// ``changed({ image, input, blank }, during)`` is called with the 28×28 bytes of what is on the sheet, and as a network takes
// them, ``during`` a stroke and after it.
export function drawingBoard(changed) {
  let crops = asked("steps") ? asked("steps") !== "off" : lasting(STEPS) ?? true
  let board = null, read = null, mine = false
  const code = () => shortened(board.strokes(), read.image)

  function look(during) {
    const { rgba, height, width } = board.pixels(), image = prepare(rgba, height, width, crops)
    read = { image, input: picture(image), blank: !image.some((value) => value) }
    found("undo").disabled = !board.undoable() || during
    found("redo").disabled = !board.redoable() || during
    found("clear").disabled = board.empty()
    changed(read, during)
    if (!during && mine && !board.offered()) code().then((text) => lasting(DRAWING, text))
  }

  board = sheet(document.querySelector("canvas[data-draw]"), about.sheet, look)
  const pen = (lines) => lines.map((points) => (
    { points: points.map((point) => point.map((whole) => whole / PARTS)), pen: about.sheet.pen }))
  const put = ({ strokes, image }) => board.draw(image ? [inked(image)] : strokes)
  for (const name of ["undo", "redo", "clear"]) found(name).addEventListener("click", board[name])
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase()
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key) || event.target.matches("input")) return
    event.preventDefault()
    board[key === "y" || event.shiftKey ? "redo" : "undo"]()
  })
  about.samples.forEach((lines, digit) => {
    const attributes = { type: "button", "aria-label": `Draw a ${digit}`, onclick: () => board.draw(pen(lines)) }
    found("samples").append(make("button", attributes, String(digit)))
  })
  const { steps } = document.forms
  if (steps) {
    const [box] = steps.elements
    box.checked = crops
    box.addEventListener("change", () => {
      crops = lasting(STEPS, box.checked)
      look(false)
    })
  }

  async function begin() {
    const own = lasting(DRAWING)
    field("steps", "steps", () => (crops ? null : "off"), (text) => {
      if (!["on", "off"].includes(text)) throw new Error("There is on and off.")
    })
    let linked = false
    await field("d", "drawing", code, async (text) => {
      put(await lengthened(text).catch(() => {
        throw new Error("It is damaged.")
      }))
      linked = true
      if (!embedded) for (const name of ["d", "steps"]) keep(name, null)
      if (!own || own === text) return
      const back = found("mine")
      back.hidden = false
      back.querySelector("button").addEventListener("click", async () => {
        put(await lengthened(own))
        back.hidden = true
      })
    })
    if (!linked) {
      const before = own ? await lengthened(own).catch(() => null) : null
      if (before) put(before)
      else board.offer(pen(about.first))
      if (!read) look(false) // an empty sheet changes nothing
    }
    mine = true
  }

  return { begun: begin(), read: () => read }
}
