// Answers while the pen is down: the drawing is brought to 28×28 and classified in a worker, with the weights that the
// server uses, and painted into what the server put on the page, a big digit and ten bars. Each Drawing has a number: the
// page's own answer stands until the server has answered the same one, and a badge says how far the two are apart. Where
// the answer's place or the worker are not found, nothing is shown and the server answers at pen-up.

import { answerPlace, echo, hide, mark, paint, prove, said, unproved } from "./answer.js"
import { inWords } from "./bars.js"
import { headed } from "./network.js"
import { container } from "./page.js"
import { respondent } from "./respondent.js"
import { voice } from "./voice.js"

const RESTS = 100 // milliseconds without a move after which the pen is at rest
export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))

export function reader() {
  const worker = respondent(), spoken = voice()
  let id = "" // of the network
  let sheet = null // { pen, pixels }: what is read
  let server = null // what the server said last
  let told = null // the number of the Drawing whose answer was spoken last
  let own = null // the page's own answer: { number, base, image, probabilities }
  let down = false, moved = false, busy = false, frame = 0, ended = false, shown = false
  let pace = { count: 0, span: 0, took: 0 }

  const inSight = () => echo(sheet?.pen.key)
  const ahead = () => down || Boolean(own && own.base === server.base && own.number > server.number)

  // Which answer stands on the page now.
  function settle() {
    if (!server || ended) return
    hide(ahead())
    if (ahead()) return own && paint(server, own.probabilities)
    if (!server.probabilities) return early()
    paint(server, server.probabilities)
    echo(sheet?.pen.key)
    if (told !== server.number) spoken.say(inWords(server, server.probabilities))
    told = server.number
    compare()
  }

  async function compare() {
    const asked = server
    if (!own || own.base !== asked.base || own.number !== asked.number || asked.network !== id) return
    const { probabilities } = await worker.ask({ id, image: own.image })
    if (!probabilities || asked !== server || ahead()) return
    prove(Math.max(...probabilities.map((p, digit) => Math.abs(p - asked.probabilities[digit]))), pace)
  }

  // PyTorch is not there yet: the page reads what is on the canvas, whatever puts it there. PyTorch's import makes the
  // server slow, so it is asked for when there is an answer and all else has come.
  async function early() {
    const asked = server
    for (; asked === server && !down && !ended; await pause(shown ? 150 : 30)) {
      const seen = id && sheet?.pixels()
      if (!seen) continue
      const { image, probabilities } = await worker.ask({ id, normalise: asked.normalise, ...seen })
      if (asked !== server || down || !probabilities || (!shown && !image.some((value) => value))) continue
      paint(server, probabilities)
      inSight()
      if (!shown) begin()
    }
  }

  async function begin() {
    shown = true
    for (let before = -1, count; before !== (count = performance.getEntriesByType("resource").length); before = count)
      await pause(300)
    sheet?.pen.send("shown", true)
  }

  async function answer(seen, last) {
    if (!server || !id || !seen) return
    busy = true
    const { number, base } = sheet.pen
    const { image, probabilities, took } = await worker.ask({ id, normalise: server.normalise, ...seen })
    busy = false
    if (ended || number !== sheet.pen.number || base !== sheet.pen.base || (!last && !down)) return // a later stroke is on
    if (!probabilities) return
    Object.assign(pace, { count: pace.count + 1, span: performance.now() - pace.began - pace.rested, took })
    own = { number: last ? number : Infinity, base, image, probabilities }
    if (!last) {
      paint(server, probabilities)
      echo(sheet.pen.key)
      return schedule()
    }
    settle()
    echo(sheet.pen.key)
    mark(number)
  }

  function schedule() {
    if (frame || busy || !moved) return
    frame = requestAnimationFrame(() => {
      frame = 0
      moved = false
      if (down) answer(sheet?.pixels(), false)
    })
  }

  const observer = new MutationObserver(() => heard())
  let around = null
  window.addEventListener("scroll", inSight, { capture: true, passive: true })

  function heard() {
    if (around !== container("answer")) {
      around = container("answer")
      observer.disconnect()
      if (around) observer.observe(around, { childList: true, subtree: true })
    }
    const element = answerPlace()
    if (!element?.dataset.answer) return
    server = said(element)
    told ??= server.number // what the page opens with is read like all of it
    settle()
  }

  return {
    use(bytes) {
      const next = bytes ? headed(bytes).network.id : ""
      if (next && next !== id) worker.use(next, bytes)
      id = next
      heard()
    },
    on(next) {
      sheet = next
      heard()
    },
    inSight, // or not: the canvas has come, or moved
    down() {
      if (!id) return
      down = moved = true
      const now = performance.now()
      pace = { count: 0, began: now, moved: now, rested: 0, span: 0, took: 0 }
      unproved()
      hide(true)
      schedule()
    },
    move() {
      const since = performance.now() - pace.moved
      if (since > RESTS) pace.rested += since
      pace.moved += since
      moved = true
      schedule()
    },
    up(seen) {
      down = false
      return answer(seen, true)
    },
    end() {
      ended = true
      observer.disconnect()
      window.removeEventListener("scroll", inSight, { capture: true })
      cancelAnimationFrame(frame)
      worker.end()
      spoken.end()
      hide(false)
    },
  }
}
