// An answer as a big digit, a title and a bar for each digit, painted into what stands there, and in words.

import { percent } from "./formats.js"

// Rewrites the text of an element that holds nothing else; the server's next answer overwrites it.
export function write(element, text) {
  const node = element?.childNodes.length === 1 ? element.firstChild : null
  if (node?.nodeType === Node.TEXT_NODE && node.data !== text) node.data = text
}

// Which digit it is, null for an empty sheet.
export function paintInto(element, { titles, sure }, probabilities) {
  const most = Math.max(...probabilities), digit = most ? probabilities.indexOf(most) : null
  const title = digit === null ? titles.blank : most < sure ? titles.unsure : titles.sure
  write(element.querySelector(".pw-digit"), digit === null ? "–" : String(digit))
  write(element.querySelector(".pw-title"), title.replace("{digit}", digit).replace("{percent}", percent(most)))
  element.querySelectorAll(".pw-row").forEach((row, number) => {
    row.classList.toggle("pw-best", number === digit)
    row.querySelector("i").style.width = `${100 * probabilities[number]}%`
    write(row.querySelector("span"), most ? percent(probabilities[number]) : "\u00a0")
  })
  return digit
}

// The same for those who hear it.
export function inWords({ titles, sure }, probabilities) {
  const [first, second] = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a])
  const share = probabilities[first]
  if (!share) return titles.blank
  return `${share < sure ? "Perhaps " : ""}${first}, ${Math.min(Math.round(100 * share), 99)} percent; then ${second}`
}
