// The answer's place on the page: what the server says there, and how it is painted over.

import { paintInto, write } from "./bars.js"
import { SIDE } from "./drawing.js"
import { belowHeader, canvases, container } from "./page.js"

export function answerPlace() {
  return container("answer")?.querySelector(".pw-answer") ?? null
}

export function said(element) {
  return JSON.parse(element.dataset.answer)
}

// The number of the Drawing that the page has answered by itself, for whoever waits for it.
export function mark(number) {
  container("answer")?.setAttribute("data-read", number)
}

export function paint(words, probabilities) {
  const element = answerPlace()
  if (element) paintInto(element, words, probabilities)
}

// On a phone the answer's place may be out of sight: then the digit stands on the canvas as well.
export function echo(key) {
  if (!matchMedia("(max-width: 640px)").matches) return
  const digit = answerPlace()?.querySelector(".pw-digit"), around = canvases(key)?.upper.parentElement
  if (!digit || !around) return
  const { top, bottom } = digit.getBoundingClientRect()
  const hidden = (top < belowHeader() || bottom > innerHeight) && !["–", "…"].includes(digit.textContent)
  let copy = around.querySelector("output")
  if (!copy && hidden) {
    copy = document.createElement("output")
    copy.setAttribute("aria-hidden", "true")
    copy.style.cssText =
      "position: absolute; z-index: 15; top: 6px; left: 12px; pointer-events: none; color: #e69f00; " +
      "font: 600 40px/1 sans-serif"
    around.append(copy)
  }
  if (copy) copy.textContent = hidden ? digit.textContent : ""
}

// PyTorch's answer is not to be seen while it is one to an earlier drawing.
export function hide(older) {
  container("answer-prediction")?.toggleAttribute("data-older", older)
  answerPlace()?.classList.toggle("pw-live", older)
}

// The badge, and the parts of what it explains. A text of its own keeps each node from being made anew.
function proof() {
  const badge = container("answer")?.querySelector(".pw-agreement")
  return badge && { badge, parts: ["verdict", "difference", "pace"].map((name) => badge.querySelector(`.pw-${name}`)) }
}

// Nothing is known about how well page and PyTorch agree.
export function unproved() {
  const found = proof()
  if (!found) return
  found.badge.className = "pw-term pw-agreement"
  for (const part of found.parts) write(part, "\u00a0")
}

// How well they agree, and how quick the page was.
export function prove(difference, { count, span, took }) {
  const found = proof()
  if (!found) return
  const apart = difference > 1e-4, [verdict, by, rate] = found.parts
  found.badge.className = `pw-term pw-agreement ${apart ? "pw-apart" : "pw-proved"}`
  write(verdict, apart ? "≠ PyTorch differs" : "✓ PyTorch agrees")
  write(
    by,
    `This page read the same ${SIDE} by ${SIDE} pixels with the same weights, while you drew. Its probabilities and PyTorch's differ ` +
      `by at most ${difference.toExponential(1)}.` + (took ? ` The last answer took ${took.toFixed(1)} ms.` : ""),
  )
  write(rate, count > 4 ? `${Math.round((1000 * count) / span)} answers a second as the pen moved.` : "\u00a0")
}
