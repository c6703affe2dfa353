// The pen on the page's sheets. While it is down the page answers by itself (reader.js) and nothing is sent; when it is
// lifted one message is: the strokes since the server last told the canvas what to show, each as points and a width in
// shares of the sheet, and a picture of everything on it.

import { keyboardPen } from "./keyboard_pen.js"
import { taught } from "./network.js"
import { canvases, componentRoots, container, dress, press } from "./page.js"
import { onPaper } from "./paper.js"
import { pause, reader } from "./reader.js"

const PATIENCE = 500 // milliseconds that a message waits for the page's own answer
const LOOK = 50 // milliseconds between two looks whether the canvas is there
const NO_TOOLBAR = ".dc-toolbar { display: none !important }"
const pens = new Map() // by the sheet's key
let reading = null // as long as there is a network, or a place for an answer, on the page
let latest = null // the bytes of the network that the page was given last

function share(event, { left, top, width, height }) {
  const round = (value) => Math.round(1e5 * Math.min(Math.max(value, -3.9), 4.9)) / 1e5 // as far as the server takes
  return [round((event.clientX - left) / width), round((event.clientY - top) / height)]
}

// What is on the sheet, finished strokes on the lower canvas, the one that is being drawn on the upper one, as respondent.js
// wants it; null where the canvas is not found.
function pixels(pen) {
  const found = canvases(pen.key)
  return found && onPaper(pen, [found.lower, found.upper], bare(pen) ? [] : pen.under)
}

// Whether nothing lies under the canvas any more: it goes as soon as the pen comes.
function bare({ stroke, strokes, under }) {
  return stroke !== null || strokes.length > 0 || !under.length
}

// What lies there is seen by the page's style.
function makeWay(pen) {
  for (const { host } of componentRoots(pen.key)) host.style.backgroundImage = bare(pen) ? "none" : ""
}

// The page's own answer is painted first: what Streamlit does with a message keeps the page from painting.
async function lifted(pen) {
  if (pen.stroke) return // another has begun: its message will hold this one as well
  const seen = pixels(pen)
  if (!seen) return
  const { number, base } = pen
  const message = { number, base, strokes: [...pen.strokes], picture: pen.paper.canvas.toDataURL("image/png").split(",")[1] }
  if (pen.reads) await Promise.race([reading?.up(seen), pause(PATIENCE)]).catch(() => {})
  pen.send("drawing", message)
}

function listen(pen) {
  pen.keys = keyboardPen(pen, {
    canvas: () => canvases(pen.key)?.upper,
    guide: (canvas) => canvas.closest(".dc-root"),
    dress: (rules) => dress(pen.key, rules),
    undo: () => press(`${pen.key}-undo`),
  }) // before the listeners here, which it may keep events from
  const down = (event) => {
    const found = event.isPrimary && !event.button && canvases(pen.key)
    if (!found || !event.composedPath().includes(found.upper)) return
    pen.box = found.upper.getBoundingClientRect()
    pen.stroke = { points: [share(event, pen.box)], pen: pen.width }
    pen.number += 1
    makeWay(pen)
    if (pen.reads) reading?.down()
  }
  const move = (event) => {
    if (!pen.stroke || !event.isPrimary) return
    pen.stroke.points.push(share(event, pen.box))
    if (pen.reads) reading?.move()
  }
  // In the window, so that the canvas has ended the stroke already and its next frame comes before this one.
  const up = (event) => {
    if (!pen.stroke || event.touches?.length || event.button) return // another finger or button: the canvas goes on
    pen.strokes.push(pen.stroke)
    pen.stroke = null
    requestAnimationFrame(() => lifted(pen))
  }
  const listeners = [
    ["pointerdown", down, true], ["pointermove", move, true],
    ["mouseup", up, false], ["touchend", up, false], ["touchcancel", up, false],
  ]
  for (const [type, listener, capture] of listeners) window.addEventListener(type, listener, capture)
  const observer = new MutationObserver(() => arranged(pen))
  observer.observe(document.body, { childList: true, subtree: true })
  return () => {
    pen.keys.end()
    observer.disconnect()
    for (const [type, listener, capture] of listeners) window.removeEventListener(type, listener, capture)
    pens.delete(pen.key)
  }
}

// The canvas's own toolbar lies, unseen, where a stroke may begin; the page has undo and clear of its own. The sentence
// that drawing does not work here goes as soon as the canvas is found.
function arranged(pen) {
  const found = canvases(pen.key)
  if (!found) return later(pen)
  dress(pen.key, NO_TOOLBAR)
  pen.keys.arrange()
  container(`${pen.key}-no-pen`)?.querySelector("p")?.remove()
  if (pen.upper === found.upper) return
  pen.upper = found.upper
  makeWay(pen)
  if (pen.reads) reading?.inSight()
}

// The canvas may come without a word to the observer, which does not see into the component.
function later(pen) {
  pen.looks ??= setInterval(() => {
    if (pens.get(pen.key) === pen && !canvases(pen.key)) return
    clearInterval(pen.looks)
    pen.looks = null
    if (pens.get(pen.key) === pen) arranged(pen)
  }, LOOK)
}

function sheet(data, send) {
  const pen = pens.get(data.key) ?? { key: data.key, base: -1, number: 0, strokes: [], stroke: null }
  pens.set(data.key, pen)
  if (data.base !== pen.base) {
    // A stroke that is being drawn goes on, over what the canvas shows now.
    const stroke = pen.stroke && { ...pen.stroke, points: pen.stroke.points.slice(-1) }
    Object.assign(pen, { base: data.base, strokes: [], stroke, number: data.number + (stroke ? 1 : 0) })
  }
  const { size, detail, under, reads } = data
  Object.assign(pen, { size, detail, under, reads, width: data.pen, send })
  pen.number = Math.max(pen.number, data.number)
  pen.end ??= listen(pen)
  makeWay(pen)
  arranged(pen)
  if (pen.reads) reading?.on({ pen, pixels: () => pixels(pen) })
  return () => pen.end()
}

function network(bytes) {
  latest = bytes
  reading ??= reader()
  reading.use(bytes)
  const pen = [...pens.values()].find(({ reads }) => reads)
  if (pen) reading.on({ pen, pixels: () => pixels(pen) })
  return () => {
    reading?.end()
    reading = null
  }
}

// A sheet, or the bytes of the network to read with, or word that it is the same as before, but for its last layer where
// one is there; null where the network is too large to be given to a page.
export default function ({ data, setTriggerValue }) {
  if (data?.network) return network(data.layer && latest ? taught(latest, data) : latest)
  return data && !(data instanceof Uint8Array) ? sheet(data, setTriggerValue) : network(data)
}
