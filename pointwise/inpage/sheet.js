// A sheet to draw on: a plain canvas, strokes by mouse, finger, pen or keyboard, undo, redo and clear. A stroke is its
// points and width in shares of the sheet, as paper.js paints them.

import { keyboardPen } from "./keyboard_pen.js"
import { INK, line, onPaper, strokesOnPaper } from "./paper.js"

const FINEST = 4 // pixels of the canvas to one of the sheet
const MOST_UNDONE = 100
const PALM = 1000 // milliseconds after the last word of a pen in which a touch is the hand that holds it

// ``about`` has the sheet's ``size`` in pixels, the pen's width ``pen`` as a share of its height, and the ``detail`` of the
// picture that is read. ``changed(during)`` is called when there is something else on it: ``during`` a stroke or after it.
export function sheet(canvas, about, changed) {
  const context = canvas.getContext("2d"), paper = { size: about.size, detail: about.detail }
  const under = document.createElement("canvas").getContext("2d") // the strokes that are done
  const [width, height] = about.size
  let strokes = [], offered = null, before = [], after = [], stroke = null, painted = null, frame = 0, scale = 0
  let pointer = null, kind = "", fingers = false, penAt = -Infinity

  function paint() {
    const now = Math.min(window.devicePixelRatio || 1, FINEST)
    if (now !== scale) {
      scale = now
      painted = null
      for (const one of [canvas, under.canvas])
        Object.assign(one, { width: Math.round(width * scale), height: Math.round(height * scale) })
      Object.assign(context, { strokeStyle: INK, lineCap: "round", lineJoin: "round" })
    }
    under.setTransform(scale, 0, 0, scale, 0, 0)
    if (painted !== strokes) {
      painted = strokes
      strokesOnPaper(under, strokes, width, height)
    }
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.drawImage(under.canvas, 0, 0)
    context.setTransform(scale, 0, 0, scale, 0, 0)
    if (stroke) line(context, stroke, width, height)
  }

  function show(next) {
    if (stroke) return
    offered = null
    before = [...before, strokes].slice(-MOST_UNDONE)
    after = []
    put(next)
  }

  // Something that makes way for the pen.
  function offer(next) {
    offered = next
    put(next)
  }

  function put(next) {
    strokes = next
    paint()
    changed(false)
  }

  function undo() {
    if (stroke || !before.length) return
    after.push(strokes)
    put(before.pop())
  }

  function redo() {
    if (stroke || !after.length) return
    before.push(strokes)
    put(after.pop())
  }

  const share = ({ clientX, clientY }, box) => [(clientX - box.left) / box.width, (clientY - box.top) / box.height]

  // The stroke that is being drawn is over, and whether it is one.
  function end(counts) {
    cancelAnimationFrame(frame)
    frame = 0
    const done = stroke
    stroke = null
    if (counts) show([...strokes, done])
    else put(offered ?? strokes)
  }

  // Of several fingers the first one draws, and a pen before them.
  function down(event) {
    const { pointerType } = event
    if (stroke && kind === "touch" && pointerType === "pen") end(false)
    if (stroke) fingers ||= pointerType === "touch"
    if (stroke || !event.isPrimary || event.button || (pointerType === "touch" && event.timeStamp - penAt < PALM)) return
    if (event.isTrusted) canvas.setPointerCapture(event.pointerId)
    if (offered) strokes = []
    pointer = event.pointerId
    kind = pointerType
    fingers = false
    stroke = { points: [share(event, canvas.getBoundingClientRect())], pen: about.pen, byHand: true }
    moved()
  }

  function move(event) {
    if (!stroke || event.pointerId !== pointer) return
    if (!(event.buttons & 1)) return end(true) // lifted where nobody saw it
    const box = canvas.getBoundingClientRect(), all = event.getCoalescedEvents?.() ?? []
    for (const one of all.length ? all : [event]) stroke.points.push(share(one, box))
    moved()
  }

  function moved() {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      paint()
      changed(true)
    })
  }

  // Two fingers that zoom or scroll the page take the first one's stroke with them.
  function up(event) {
    if (stroke && event.pointerId === pointer) end(event.type === "pointerup" || !fingers)
  }

  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up }
  for (const [type, listener] of Object.entries(listeners))
    canvas.addEventListener(type, (event) => {
      listener(event)
      if (event.pointerType === "pen") penAt = event.timeStamp
    })
  canvas.addEventListener("contextmenu", (event) => stroke && event.preventDefault())
  // Whenever a pixel of the screen gets another size: by zooming, or on another screen.
  function sized() {
    matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`).addEventListener("change", sized, { once: true })
    paint()
  }
  const keys = keyboardPen({ size: about.size, width: about.pen }, {
    canvas: () => canvas,
    guide: () => canvas.parentElement,
    dress(rules) {
      const made = new CSSStyleSheet()
      made.replaceSync(rules)
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, made]
    },
    undo,
  })
  keys.arrange()
  sized()
  return {
    undo,
    redo,
    clear: () => strokes.length && show([]),
    draw: show,
    offer,
    offered: () => offered !== null,
    strokes: () => strokes,
    pixels: () => onPaper(paper, [canvas]),
    empty: () => !strokes.length && !stroke,
    undoable: () => before.length > 0,
    redoable: () => after.length > 0,
  }
}
