// The pen by keyboard. The canvas is in the order of Tab; arrows move a ring over it, and Space puts the pen down and
// lifts it. What the mouse would do is done to the canvas then, so all that follows a stroke is the same. A canvas that
// was clicked leaves the keys to the page.

import { voice } from "./voice.js"

const CELLS = 28 // steps from the upper edge to the lower one
const FAR = 4 // times as far with Shift
const HOLD = 250 // milliseconds that an arrow is held before the pen glides
const PACE = 0.011 // steps a millisecond, then
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const MOUSE = { pointerdown: "mousedown", pointermove: "mousemove", pointerup: "mouseup" }
const GUIDE =
  "<p><kbd>Arrows</kbd> move the pen, with <kbd>Shift</kbd> farther. <kbd>Space</kbd> puts it down and lifts it. " +
  "<kbd>Backspace</kbd> takes back the last stroke. <kbd>Esc</kbd> leaves.</p>"
const LOOKS = `
canvas.pw-keys {outline: 3px solid #56b4e9; outline-offset: -3px}
.pw-over {position: absolute; z-index: 16; inset: 0; overflow: clip; pointer-events: none}
.pw-ring {position: absolute; width: 0; height: 0}
.pw-ring::before {content: ""; position: absolute; box-sizing: border-box; inset: calc(var(--pen) / -2);
  border-radius: 50%; border: 2px solid #ffffff; box-shadow: 0 0 0 2px #0062a3, inset 0 0 0 2px #0062a3}
.pw-ring::after {content: ""; position: absolute; inset: calc(var(--pen) / -2 - 9px); background:
  linear-gradient(#ffffff, #ffffff) center / 2px 100% no-repeat, linear-gradient(#ffffff, #ffffff) center / 100% 2px no-repeat;
  mask: radial-gradient(circle, transparent calc(var(--pen) / 2 + 3px), black 0)}
.pw-ring.pw-down::before {border-color: #e69f00; background: #e69f00}
.pw-guide {position: absolute; z-index: 30; top: calc(100% + 6px); left: 0; box-sizing: border-box; width: 100%;
  min-width: 15rem; margin: 0; padding: 0.5rem 0.7rem; border-radius: 0.5rem; background: #1b2530; color: #f4f7fa;
  font: 0.85rem/1.5 var(--st-font, sans-serif); box-shadow: 0 0.2rem 0.8rem rgba(0, 0, 0, 0.35)}
.pw-guide p {margin: 0}
:is(.pw-over, .pw-guide)[hidden] {display: none}
.pw-guide kbd {padding: 0 0.3rem; border: 1px solid currentColor; border-radius: 0.25rem; font: inherit; font-size: 0.78rem}
`

// ``pen`` has the sheet's ``size`` and the pen's ``width``. ``place`` says where the sheet is: its ``canvas()``, what holds
// the ``guide(canvas)`` below it, how rules get into its styles, ``dress(rules)``, and how a stroke is taken back, ``undo()``.
export function keyboardPen(pen, place) {
  const held = new Map() // names of arrows, and since when; -Infinity: the pen glides already
  const spoken = voice()
  let sheet = null, over = null, guide = null, listening = null
  let x = 0.5, y = 0.5 // of the sheet
  let mine = false, down = false, far = false, frame = 0, before = 0

  const across = () => Math.round((CELLS * pen.size[0]) / pen.size[1]) // steps from left to right

  const made = (what) => Object.assign(document.createElement("div"), what)

  function mouse(type) {
    const { left, top, width, height } = sheet.getBoundingClientRect()
    const how = {
      bubbles: true, composed: true, cancelable: true, view: window, button: 0, buttons: down ? 1 : 0,
      clientX: left + x * width, clientY: top + y * height,
    }
    sheet.dispatchEvent(new PointerEvent(type, { ...how, isPrimary: true, pointerType: "mouse" }))
    sheet.dispatchEvent(new MouseEvent(MOUSE[type], how))
  }

  function show() {
    const ring = over.firstChild
    over.hidden = guide.hidden = !mine
    ring.classList.toggle("pw-down", down)
    ring.style.left = `${100 * x}%`
    ring.style.top = `${100 * y}%`
    ring.style.setProperty("--pen", `${Math.max(12, pen.width * sheet.clientHeight)}px`)
    sheet.classList.toggle("pw-keys", mine)
  }

  function put(next) {
    if (down === next) return
    down = next
    mouse(down ? "pointerdown" : "pointerup")
    spoken.say(`${down ? "Pen down" : "Pen lifted"} at ${cell()}`)
    show()
  }

  function cell() {
    const number = (share, cells) => Math.min(Math.floor(share * cells), cells - 1) + 1
    return `column ${number(x, across())}, row ${number(y, CELLS)}`
  }

  // By so many steps, and no farther than the edge.
  function move(right, lower) {
    const within = (share) => Math.min(Math.max(share, 0), 1)
    const from = [x, y], parts = Math.max(1, Math.ceil(Math.max(Math.abs(right), Math.abs(lower))))
    for (let part = 1; part <= parts; part++) {
      x = within(from[0] + (right * part) / parts / across())
      y = within(from[1] + (lower * part) / parts / CELLS)
      if (down) mouse("pointermove")
    }
    show()
  }

  function glide(now) {
    let [right, lower] = [0, 0]
    for (const [name, since] of held) {
      if (now - since < HOLD) continue
      held.set(name, -Infinity)
      right += WAYS[name][0]
      lower += WAYS[name][1]
    }
    const steps = (far ? FAR : 1) * PACE * Math.min(now - before, 100)
    before = now
    if (right || lower) move(right * steps, lower * steps)
    frame = held.size ? requestAnimationFrame(glide) : 0
  }

  function arrow(name) {
    const gliding = [...held.values()].includes(-Infinity) // then a second arrow makes it go aslant
    if (!gliding) move(...WAYS[name].map((way) => way * (far ? FAR : 1)))
    before = performance.now()
    held.set(name, gliding ? -Infinity : before)
    frame ||= requestAnimationFrame(glide)
  }

  function rest() {
    held.clear()
    cancelAnimationFrame(frame)
    frame = 0
  }

  function keyDown(event) {
    far = event.shiftKey
    const back = event.key === "Backspace" || (event.key.toLowerCase() === "z" && !event.shiftKey && (event.ctrlKey || event.metaKey))
    if (!mine || event.altKey || ((event.ctrlKey || event.metaKey) && !back)) return
    if (WAYS[event.key]) {
      if (!event.repeat) arrow(event.key)
    } else if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) put(!down)
    } else if (back) {
      if (!event.repeat && !down) place.undo()
    } else if (event.key === "Escape") sheet.blur()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  function keyUp(event) {
    far = event.shiftKey
    if (held.delete(event.key) && !held.size) spoken.say(cell())
  }

  function leave() {
    rest()
    mine = false
    put(false)
    show()
  }

  function off() {
    rest()
    listening?.abort()
    over?.remove()
    guide?.remove()
    down = mine = false
  }

  // The canvas, which is another one when the page has put it there anew.
  function on(found) {
    if (found === sheet) return
    off()
    listening = new AbortController()
    sheet = found
    place.dress(LOOKS)
    over = made({ className: "pw-over", innerHTML: '<div class="pw-ring"></div>' })
    guide = made({ className: "pw-guide", id: "pw-guide", innerHTML: GUIDE })
    sheet.parentElement.append(over)
    place.guide(sheet).append(guide)
    const words = { role: "application", "aria-label": "Drawing area", "aria-describedby": "pw-guide" }
    for (const [name, value] of Object.entries(words)) sheet.setAttribute(name, value)
    sheet.tabIndex = 0
    const listen = (type, listener) => sheet.addEventListener(type, listener, { signal: listening.signal })
    listen("focus", () => {
      mine = sheet.matches(":focus-visible")
      show()
    })
    listen("blur", leave)
    listen("keydown", keyDown)
    listen("keyup", keyUp)
    show()
  }

  // A hand on the mouse, or a finger: the stroke by keys is over, and while it goes on the mouse does not disturb it.
  function hand(event) {
    if (!event.isTrusted || !mine) return
    if (event.type === "pointerdown") leave()
    else if (down) event.stopImmediatePropagation()
  }

  const hands = ["pointerdown", "pointermove", "mousemove"]
  for (const type of hands) window.addEventListener(type, hand, true)
  return {
    arrange() {
      const found = place.canvas()
      if (found) on(found)
    },
    end() {
      off()
      spoken.end()
      for (const type of hands) window.removeEventListener(type, hand, true)
    },
  }
}
