// An answer as a big digit, a title and a bar for each digit, painted into what stands there, and in words. Of a network
// with classes of its own, ``names`` says what they are called.

import { percent } from "./formats.js"

// Rewrites the text of an element that holds nothing else; the server's next answer overwrites it.
export function write(element, text) {
  const node = element?.childNodes.length === 1 ? element.firstChild : null
  if (node?.nodeType === Node.TEXT_NODE && node.data !== text) node.data = text
}

// Which digit it is, or the number of which class; null for an empty sheet.
export function paintInto(element, { titles, sure, names }, probabilities) {
  const most = Math.max(...probabilities), digit = most ? probabilities.indexOf(most) : null
  const title = digit === null ? titles.blank : most < sure ? titles.unsure : titles.sure
  const parts = { digit: names?.[digit] ?? String(digit), percent: percent(most) }
  write(element.querySelector(".pw-digit"), digit === null ? "–" : parts.digit)
  write(element.querySelector(".pw-title"), title.replace(/\{(\w+)\}/g, (_, part) => parts[part]))
  element.querySelectorAll(".pw-row").forEach((row, number) => {
    row.classList.toggle("pw-best", number === digit)
    row.querySelector("i").style.width = `${100 * probabilities[number]}%`
    write(row.querySelector("span"), most ? percent(probabilities[number]) : "\u00a0")
  })
  return digit
}

// The same for those who hear it.
export function inWords({ titles, sure, names }, probabilities) {
  const [first, second] = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a])
  const share = probabilities[first], called = (number) => names?.[number] ?? number
  if (!share) return titles.blank
  return `${share < sure ? "Perhaps " : ""}${called(first)}, ${Math.min(Math.round(100 * share), 99)} percent; then ${called(second)}`
}
