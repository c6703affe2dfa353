// The answer's place on the page: what the server says there, and how it is painted over.

import { percent } from "./formats.js"
import { canvases, container, write } from "./page.js"

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

export function paint({ titles, sure }, probabilities) {
  const element = answerPlace()
  if (!element) return
  const most = Math.max(...probabilities), digit = most ? probabilities.indexOf(most) : null
  const title = digit === null ? titles.blank : most < sure ? titles.unsure : titles.sure
  write(element.querySelector(".pw-digit"), digit === null ? "–" : String(digit))
  write(element.querySelector(".pw-title"), title.replace("{digit}", digit).replace("{percent}", percent(most)))
  element.querySelectorAll(".pw-row").forEach((row, number) => {
    row.classList.toggle("pw-best", number === digit)
    row.querySelector("i").style.width = `${100 * probabilities[number]}%`
    write(row.querySelector("span"), percent(probabilities[number]))
  })
}

// The same for those who hear it.
export function inWords({ titles, sure }, probabilities) {
  const [first, second] = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a])
  const share = probabilities[first]
  if (!share) return titles.blank
  return `${share < sure ? "Perhaps " : ""}${first}, ${Math.min(Math.round(100 * share), 99)} percent; then ${second}`
}

// On a phone the answer's place may be out of sight while somebody draws: then the digit stands on the canvas as well.
export function echo(key) {
  const digit = answerPlace()?.querySelector(".pw-digit"), around = canvases(key)?.upper.parentElement
  if (!digit || !around || !matchMedia("(max-width: 640px)").matches) return
  const { top, bottom } = digit.getBoundingClientRect()
  const hidden = (top < 0 || bottom > innerHeight) && digit.textContent !== "–"
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

// PyTorch's answer is paler while it is one to an earlier drawing.
export function dim(older) {
  const metric = container("answer-prediction")
  if (metric) metric.style.opacity = older ? 0.4 : ""
  answerPlace()?.classList.toggle("pw-live", older)
}

// Nothing is known about how well page and PyTorch agree. A text of its own keeps each node from being made anew.
export function unproved() {
  const badge = container("answer")?.querySelector(".pw-agreement")
  if (!badge) return
  write(badge, "\u00a0")
  badge.removeAttribute("title")
  write(container("answer")?.querySelector(".pw-pace"), "\u00a0")
}

// How well they agree, and how quick the page was.
export function prove(difference, { count, span, took }) {
  const [badge, rate] = ["agreement", "pace"].map((name) => container("answer")?.querySelector(`.pw-${name}`))
  if (!badge || !rate) return
  const apart = difference > 1e-4
  const power = Math.max(-9, Math.ceil(Math.log10(difference)))
  write(badge, apart ? `page and PyTorch differ by ${difference.toFixed(4)}` : `page = PyTorch within 1e${power}`)
  write(rate, count > 4 ? `${Math.round((1000 * count) / span)} answers a second as the pen moved` : "\u00a0")
  badge.classList.toggle("pw-apart", apart)
  badge.title =
    "The page read the same 28 by 28 pixels with the same weights. Its probabilities and PyTorch's differ by at most " +
    `${difference.toExponential(1)}.` + (took ? ` The last answer took ${took.toFixed(1)} ms.` : "")
}
