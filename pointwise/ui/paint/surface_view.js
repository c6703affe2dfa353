// What is seen of the picture, and the marks over it.

import { SIZES, say } from "./paint_tools.js"
import { ZOOM, centred, possible, stageAt, whole, zoomed } from "./picture_view.js"

// Draws with the next frame; several calls before it are one.
export function place(one) {
  one.frame ||= requestAnimationFrame(() => {
    one.frame = 0
    draw(one)
  })
}

export function stageOf({ elements: { stage } }) {
  return { width: stage.clientWidth, height: stage.clientHeight }
}

export function draw(one) {
  const { elements: seen, data, sheet } = one
  if (!seen?.stage.clientWidth) return
  const stage = stageOf(one), fine = window.devicePixelRatio || 1
  const [width, height] = [stage.width, stage.height].map((side) => Math.round(side * fine))
  if (seen.stage.width !== width || seen.stage.height !== height) Object.assign(seen.stage, { width, height })
  const all = { scale: whole(stage, data), x: 0, y: 0 }
  one.view = possible(one.fits || !one.view ? all : one.view, stage, data)
  seen.root.dataset.zoom = one.view.scale.toFixed(3)
  sheet.draw(one.view, one, fine)
  overlay(one, seen.pixel, data.pixel && [data.pixel[0] + 0.5, data.pixel[1] + 0.5], 0)
  overlay(one, seen.target, one.target, 0)
  const brushes = one.tool === "paint" || one.tool === "erase", at = one.crossed ? one.cross : one.hover
  overlay(one, seen.brush, at, brushes ? Math.max(3, SIZES[one.size] * one.view.scale) : 0)
  seen.brush.classList.toggle("cross", one.crossed)
  seen.brush.classList.toggle("down", one.crossed && Boolean(one.stroke))
  seen.brush.hidden = !at || (!brushes && !one.crossed)
  seen.brush.style.setProperty("--colour", one.tool === "paint" ? data.colours[one.label - 1] : "transparent")
  seen.frame.dataset.tool = one.grabs ? "grab" : one.tool
  under(one, at)
}

// Puts a mark over a place of the picture, ``size`` screen pixels wide.
function overlay(one, element, at, size) {
  element.hidden = !at
  if (!at) return
  const [left, top] = stageAt(one.view, at)
  Object.assign(element.style, { left: `${left}px`, top: `${top}px` })
  element.style.setProperty("--size", `${size}px`)
}

// What is under the pointer or the cross-hair, in words.
function under(one, at) {
  const { data, sheet } = one
  const [x, y] = at ? at.map(Math.floor) : [-1, -1]
  if (x < 0 || y < 0 || x >= data.width || y >= data.height) return say(one.elements.under, "")
  const pixel = y * data.width + x, name = (label) => data.classes[label - 1]?.[0] ?? `class ${label}`
  const [painted, label, unsure] = [sheet.paintedAt(pixel), sheet.labelAt(pixel), sheet.uncertaintyAt(pixel)]
  const parts = [`column ${x + 1}, row ${y + 1}`]
  if (painted) parts.push(`painted ${name(painted)}`)
  if (label) parts.push(`labelled ${name(label)}`)
  if (label && unsure !== null) parts.push(`uncertainty ${Math.round(unsure / 2.55)} %`)
  return say(one.elements.under, parts.join(" · "))
}

export function look(one, view) {
  one.view = view
  one.fits = view.scale <= whole(stageOf(one), one.data) * 1.0001
  place(one)
}

export function zoom(one, factor, at) {
  const stage = stageOf(one)
  if (!factor) look(one, possible({ scale: 0, x: 0, y: 0 }, stage, one.data))
  else look(one, zoomed(one.view, factor, at, stage, one.data))
}

export function zoomStep(one, way) {
  const stage = stageOf(one), at = one.crossed ? stageAt(one.view, one.cross) : [stage.width / 2, stage.height / 2]
  zoom(one, way && ZOOM ** way, at)
}

export function goTo(one, at, across) {
  if (!one.elements) return
  one.target = one.cross = at
  look(one, centred(at, across, stageOf(one), one.data))
  one.elements.frame.scrollIntoView({ block: "nearest" })
}

