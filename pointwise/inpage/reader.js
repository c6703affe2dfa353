// Answers while the pen is down. The drawing is read off the canvas, brought to 28×28 and classified here, with the
// weights that the server uses, and painted into what the server put on the page: a big digit and ten bars. No message
// is sent during a stroke; at its end the picture is, so that PyTorch's answer need not wait for the canvas, which
// holds a drawing back for 200 ms. What PyTorch says then stands; this code says how far its own answer is from it.
// Where the canvas, the answer's place or the worker are not found, nothing is shown and the server answers at pen-up.

import { dim, echo, paint, place, prove, said, unproved } from "./answer.js"
import { canvases, pixels } from "./board.js"
import { headed } from "./network.js"
import { respondent } from "./respondent.js"

const PATIENCE = 2000 // milliseconds that an answer to just this stroke is waited for
const RESTS = 100 // milliseconds without a move after which the pen is at rest
const instances = new WeakMap()

// What the server has said stands, unless a newer stroke is on the page than the one it was asked about.
function heard(instance) {
  const element = place()
  if (!element?.dataset.answer) return
  instance.server = said(element)
  if (instance.pen || (instance.own && instance.server.seen < instance.sent)) {
    instance.refused = true
    dim(true)
    if (instance.own) paint(instance.server, instance.own)
    return
  }
  rest(instance)
}

async function rest(instance) {
  const { server } = instance
  if (!server) return
  clearTimeout(instance.timer)
  instance.refused = false
  if (instance.own) window.dispatchEvent(new Event("pointwise-read")) // for the canvas (canvas.js)
  instance.own = null
  dim(false)
  if (!server.probabilities) return early(instance)
  paint(server, server.probabilities)
  echo(canvases()?.upper)
  if (server.network !== instance.id) return
  const { probabilities } = await instance.respondent.ask({ id: instance.id, image: server.image })
  if (!probabilities || server !== instance.server || instance.pen || instance.own) return
  const difference = Math.max(...probabilities.map((p, digit) => Math.abs(p - server.probabilities[digit])))
  prove(difference, instance.pace)
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))

// PyTorch is not there yet: the page reads what is on the canvas, whatever puts it there. PyTorch's import makes the
// server slow, so it is asked for when there is an answer and all else has come.
async function early(instance) {
  const { server } = instance
  const going = () => instances.get(instance.parent) === instance && server === instance.server && !instance.pen
  for (; going(); await pause(instance.shown ? 150 : 30)) {
    const found = instance.id && canvases()
    if (!found) continue
    const { image, probabilities } = await instance.respondent.ask({
      id: instance.id, normalise: server.normalise, ...pixels(instance, found),
    })
    const blank = !image.some((value) => value)
    if (!going() || (blank && !instance.shown)) continue
    paint(instance.server, probabilities)
    if (!instance.shown) begin(instance)
  }
}

async function begin(instance) {
  instance.shown = true
  for (let before = -1, count; before !== (count = performance.getEntriesByType("resource").length); before = count)
    await pause(300)
  instance.report("shown", true)
}

async function answer(instance, last = false) {
  const found = canvases()
  if (!found || !instance.server || !instance.id) return
  instance.busy = true
  const stroke = instance.stroke
  const { normalise } = instance.server
  const { image, probabilities, took } = await instance.respondent.ask({
    id: instance.id, normalise, ...pixels(instance, found),
  })
  instance.busy = false
  if (stroke !== instance.stroke || (!last && !instance.pen)) return // another stroke, or the end of this one, is on
  if (last) send(instance, image, normalise)
  if (!probabilities) return
  const { pace } = instance
  Object.assign(pace, { count: pace.count + 1, span: performance.now() - pace.began - pace.rested, took })
  instance.own = probabilities
  paint(instance.server, probabilities)
  echo(found.upper)
  if (last) place()?.setAttribute("data-read", instance.sent)
  else schedule(instance)
}

function send(instance, image, normalise) {
  instance.sent = Math.max(instance.sent, instance.server.seen) + 1
  const picture = btoa(String.fromCharCode(...image))
  instance.report("picture", { number: instance.sent, picture, normalise })
  clearTimeout(instance.timer)
  instance.refused = false
  instance.timer = setTimeout(() => {
    instance.sent = 0 // from now on any answer will do, also one that has come meanwhile
    if (instance.refused && !instance.pen) rest(instance)
  }, PATIENCE)
}

function schedule(instance) {
  if (instance.frame || instance.busy || !instance.moved) return
  instance.frame = requestAnimationFrame(() => {
    instance.frame = 0
    instance.moved = false
    if (instance.pen) answer(instance)
  })
}

function watch(instance) {
  const down = (event) => {
    const found = event.isPrimary && !event.button && instance.id && canvases()
    if (!found || !event.composedPath().includes(found.upper)) return
    Object.assign(instance, { pen: true, moved: true, stroke: instance.stroke + 1 })
    const now = performance.now()
    instance.pace = { count: 0, began: now, moved: now, rested: 0, span: 0, took: 0 }
    unproved()
    dim(true)
    schedule(instance)
  }
  const move = () => {
    if (!instance.pen) return
    const { pace } = instance, since = performance.now() - pace.moved
    if (since > RESTS) pace.rested += since
    pace.moved += since
    instance.moved = true
    schedule(instance)
  }
  // In the window, so that the canvas has ended the stroke already and its next frame comes before this one.
  const up = () => {
    if (!instance.pen) return
    instance.pen = false
    requestAnimationFrame(() => answer(instance, true))
  }
  const listeners = [
    ["pointerdown", down, true], ["pointermove", move, true],
    ["mouseup", up, false], ["touchend", up, false], ["touchcancel", up, false], ["blur", up, false],
  ]
  for (const [type, listener, capture] of listeners) window.addEventListener(type, listener, capture)
  const observer = new MutationObserver(() => heard(instance))
  return {
    observe() {
      const around = document.querySelector(".st-key-answer")
      if (around && around !== instance.around) {
        instance.around = around
        observer.disconnect()
        observer.observe(around, { childList: true, subtree: true })
      }
    },
    end() {
      for (const [type, listener, capture] of listeners) window.removeEventListener(type, listener, capture)
      observer.disconnect()
      cancelAnimationFrame(instance.frame)
      clearTimeout(instance.timer)
    },
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const known = instances.get(parentElement)
  const instance = known ?? {
    parent: parentElement, respondent: respondent(), id: "", server: null, own: null, pen: false, moved: false,
    busy: false, refused: false, shown: false, stroke: 0, frame: 0, timer: 0, sent: 0,
    pace: { count: 0, span: 0, took: 0 },
  }
  instances.set(parentElement, instance)
  instance.report = setTriggerValue
  instance.watch ??= watch(instance)
  instance.watch.observe()
  const id = data ? headed(data).network.id : ""
  if (id && id !== instance.id) instance.respondent.use(id, data)
  instance.id = id
  heard(instance)
  return () => {
    instance.watch.end()
    instance.respondent.end()
    instances.delete(parentElement)
    dim(false)
  }
}
