// A sheet to draw on: a plain canvas, strokes by mouse, finger, pen or keyboard, undo and clear. A stroke is its points and
// width in shares of the sheet; one by hand is rounded between them, as the app's canvas does. A ``picture``, a canvas of
// white ink, may be among them: it lies in the middle, as large as it fits.

import { keyboardPen } from "./keyboard_pen.js"
import { onPaper } from "./paper.js"

const INK = "#ffffff", PAPER = "#0b0f14"
const FINEST = 4 // pixels of the canvas to one of the sheet
const MOST_UNDONE = 100

function line(context, { points, pen, byHand, picture }, width, height) {
  if (picture) {
    const scale = Math.min(width / picture.width, height / picture.height)
    const size = [picture.width * scale, picture.height * scale]
    return context.drawImage(picture, (width - size[0]) / 2, (height - size[1]) / 2, ...size)
  }
  const [first, ...rest] = points.map(([x, y]) => [x * width, y * height])
  context.lineWidth = pen * height
  context.beginPath()
  context.moveTo(...first)
  if (byHand) {
    let [x, y] = first
    for (const [nextX, nextY] of rest) {
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2)
      x = nextX
      y = nextY
    }
    context.lineTo(...(rest.at(-1) ?? [x + 0.01, y]))
  } else for (const point of rest) context.lineTo(...point)
  context.stroke()
}

// ``about`` has the sheet's ``size`` in pixels, the pen's width ``pen`` as a share of its height, and the ``detail`` of the
// picture that is read. ``changed(during)`` is called when there is something else on it: ``during`` a stroke or after it.
export function sheet(canvas, about, changed) {
  const context = canvas.getContext("2d"), paper = { size: about.size, detail: about.detail }
  const [width, height] = about.size
  let strokes = [], before = [], stroke = null, pointer = null, frame = 0, scale = 0

  function paint() {
    const now = Math.min(window.devicePixelRatio || 1, FINEST)
    if (now !== scale) {
      scale = now
      Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) })
    }
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.fillStyle = PAPER
    context.fillRect(0, 0, width, height)
    Object.assign(context, { strokeStyle: INK, lineCap: "round", lineJoin: "round" })
    for (const one of stroke ? [...strokes, stroke] : strokes) line(context, one, width, height)
  }

  function show(next) {
    if (stroke) return
    before = [...before, strokes].slice(-MOST_UNDONE)
    strokes = next
    paint()
    changed(false)
  }

  function undo() {
    if (stroke || !before.length) return
    strokes = before.at(-1)
    before = before.slice(0, -1)
    paint()
    changed(false)
  }

  const share = ({ clientX, clientY }, box) => [(clientX - box.left) / box.width, (clientY - box.top) / box.height]

  function down(event) {
    if (stroke || !event.isPrimary || event.button) return
    pointer = event.pointerId
    if (event.isTrusted) canvas.setPointerCapture(pointer)
    stroke = { points: [share(event, canvas.getBoundingClientRect())], pen: about.pen, byHand: true }
    moved()
  }

  function move(event) {
    if (!stroke || event.pointerId !== pointer) return
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

  function up(event) {
    if (!stroke || event.pointerId !== pointer) return
    cancelAnimationFrame(frame)
    frame = 0
    const done = stroke
    stroke = null
    show([...strokes, done])
  }

  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up }
  for (const [type, listener] of Object.entries(listeners)) canvas.addEventListener(type, listener)
  window.addEventListener("resize", () => {
    if ((window.devicePixelRatio || 1) !== scale) paint()
  })
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
  paint()
  return {
    undo,
    clear: () => strokes.length && show([]),
    draw: show,
    strokes: () => strokes,
    pixels: () => onPaper(paper, [canvas]),
    empty: () => !strokes.length && !stroke,
    undoable: () => before.length > 0,
  }
}
