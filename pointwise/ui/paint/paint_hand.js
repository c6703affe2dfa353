// Mouse, pen and fingers on the stage: one finger paints, two move and zoom; the middle button, or Space held, moves.

const SHORT = 24, QUICK = 300 // a stroke of fewer screen pixels or milliseconds was the first of two fingers
const STILL = 6 // screen pixels that a click may move
const WHEEL = 0.0022 // of a zoom, for a pixel that a wheel turns

export function paintHand(stage, on, signal) {
  const pointers = new Map() // places of what is down, by its number
  let mode = null // paint, pick, pan, pinch, or rest: fingers are down that do nothing any more
  let from = null, began = 0, way = 0 // where and when it began, and how far it went

  function place({ clientX, clientY }) {
    const { left, top } = stage.getBoundingClientRect()
    return [clientX - left, clientY - top]
  }

  const distance = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1])

  function begin(event, at) {
    if (event.button === 1 || (!event.button && (on.moves() || on.tool() === "move"))) return "pan"
    if (event.button) return null
    if (on.tool() === "why") return "pick"
    return on.begin(at) ? "paint" : "rest"
  }

  function down(event) {
    if (event.button > 1) return
    const at = place(event)
    if (event.pointerType === "touch" && pointers.size === 1) {
      if (mode === "paint") {
        if (way < SHORT || event.timeStamp - began < QUICK) on.cancel()
        else on.end()
      }
      pointers.set(event.pointerId, at)
      stage.setPointerCapture(event.pointerId)
      mode = "pinch"
      return
    }
    if (pointers.size) return
    pointers.set(event.pointerId, at)
    stage.setPointerCapture(event.pointerId)
    from = at
    began = event.timeStamp
    way = 0
    mode = begin(event, at)
    on.changed(mode)
  }

  function move(event) {
    const at = place(event)
    if (!pointers.has(event.pointerId)) {
      if (event.pointerType !== "touch") on.hover(at)
      return
    }
    const before = pointers.get(event.pointerId)
    if (mode === "pinch") {
      const was = [...pointers.values()]
      pointers.set(event.pointerId, at)
      on.pinch(was, [...pointers.values()])
      return
    }
    pointers.set(event.pointerId, at)
    way += distance(at, before)
    if (event.pointerType !== "touch" || mode === "paint") on.hover(at)
    if (mode === "pan") on.pan([at[0] - before[0], at[1] - before[1]])
    if (mode !== "paint") return
    const between = event.getCoalescedEvents?.() ?? []
    on.go((between.length ? between : [event]).map(place))
  }

  function up(event) {
    if (!pointers.delete(event.pointerId)) return
    if (mode === "paint") on.end()
    if (mode === "pick" && event.type === "pointerup" && distance(from, place(event)) < STILL) on.pick(place(event))
    mode = pointers.size ? "rest" : null
    if (event.pointerType === "touch") on.hover(null)
    on.changed(mode)
  }

  function wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return // the page scrolls
    event.preventDefault()
    const pixels = event.deltaY * (event.deltaMode ? 16 : 1)
    on.zoom(Math.exp(-Math.min(Math.max(pixels, -250), 250) * WHEEL), place(event))
  }

  const listen = (type, listener) => stage.addEventListener(type, listener, { signal, passive: false })
  listen("pointerdown", down)
  listen("pointermove", move)
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) listen(type, up)
  listen("pointerleave", () => !pointers.size && on.hover(null))
  listen("mousedown", (event) => event.button === 1 && event.preventDefault()) // else the page scrolls by itself
  listen("wheel", wheel)
}
