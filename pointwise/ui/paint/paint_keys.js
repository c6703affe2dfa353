// The keyboard: single keys choose, and on the stage arrows move a cross-hair, from which Space or Enter paint.

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const STEP = 8, FAR = 5 // screen pixels of a step at least, and how many steps with Shift
const WRITES = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable=true]"

export function paintKeys(root, stage, on, signal) {
  let held = false // Space, with which the mouse moves the picture
  let inside = false // the pointer

  function chosen(event) {
    const undo = event.key.toLowerCase() === "z", redo = event.key.toLowerCase() === "y"
    if (event.ctrlKey || event.metaKey) {
      if (event.altKey || !(undo || redo)) return null
      return redo || event.shiftKey ? on.redo : on.undo
    }
    if (event.altKey) return null
    if (/^[1-9]$/.test(event.key)) return () => on.label(Number(event.key))
    const named = {
      b: () => on.tool("paint"), e: () => on.tool("erase"), w: () => on.tool("why"), m: () => on.tool("move"),
      v: on.nextLayer, "[": () => on.size(-1), "]": () => on.size(1),
      "+": () => on.zoom(1), "=": () => on.zoom(1), "-": () => on.zoom(-1), "0": () => on.zoom(0),
    }
    return named[event.key.toLowerCase()] ?? null
  }

  // Keys with the cross-hair.
  function pressed(event) {
    const way = WAYS[event.key]
    if (way && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const pixels = Math.max(1, Math.round(STEP / on.scale())) * (event.shiftKey ? FAR : 1)
      on.cross(way.map((part) => part * pixels))
      return true
    }
    if (event.key === "Enter" || event.key === " ") {
      if (event.key === " " && !on.crossed()) held = true
      else if (!event.repeat) on.press()
      return true
    }
    if (event.key === "Escape") {
      on.leave()
      return true
    }
    return false
  }

  function down(event) {
    const target = event.composedPath()[0]
    if (event.defaultPrevented || target.matches?.(WRITES)) return
    const mine = root.contains(target)
    if (!mine && !(inside && target === document.body)) return
    const grasped = !mine && event.key === " "
    if (grasped) held = true
    const then = grasped || (target === stage && pressed(event)) || chosen(event)
    if (!then) return
    if (typeof then === "function") then()
    event.preventDefault()
    event.stopPropagation() // Streamlit has single keys of its own
  }

  // In the window: keys also count while the pointer is over the surface, and nothing else has the focus.
  window.addEventListener("keydown", down, { signal, capture: true })
  window.addEventListener("keyup", (event) => {
    if (event.key === " ") held = false
  }, { signal, capture: true })
  window.addEventListener("blur", () => (held = false), { signal })
  root.addEventListener("pointerenter", () => (inside = true), { signal })
  root.addEventListener("pointerleave", () => (inside = false), { signal })
  return { held: () => held }
}
