// The first page: what one network reads, during the stroke, and what the others make of the same picture.

import { inWords, paintInto } from "../../inpage/bars.js"
import { make, say } from "../../inpage/elements.js"
import { percent } from "../../inpage/formats.js"
import { probabilities, run } from "../../inpage/network.js"
import { voice } from "../../inpage/voice.js"
import { drawingBoard } from "./board.js"
import { about, arrived, field, found, keep, oneOf } from "./frame.js"
import { known, load } from "./networks.js"

const names = Object.keys(about.networks), spoken = voice(), answer = found("answer"), chooser = found("reader")
const BY_ITSELF = 1e6 // bytes: networks that are not larger come by themselves when they are looked for
let latest = null

const row = (digit) => make("div", { class: "pw-row" }, make("b", {}, String(digit)), make("div", {}, make("i")), make("span", {}, "\u00a0"))
found("bars").append(...Array.from({ length: about.samples.length }, (_, digit) => row(digit)))

function sharesBy(name) {
  const network = known(name), { input, blank } = latest
  if (!network) return null
  return blank ? new Float64Array(about.samples.length) : probabilities(network, run(network, input).at(-1))
}

function show(read, during) {
  latest = read
  const shares = sharesBy(chooser.value)
  if (!shares) return
  const digit = paintInto(answer, about, shares)
  answer.dataset.digit = digit ?? ""
  answer.dataset.answers = Number(answer.dataset.answers ?? 0) + 1
  answer.dataset.shares = shares
  answer.setAttribute("aria-label", inWords(about, shares))
  const bytes = new Uint8ClampedArray(4 * read.image.length)
  read.image.forEach((value, at) => bytes.set([value, value, value, 255], 4 * at))
  found("received").getContext("2d").putImageData(new ImageData(bytes, about.side, about.side), 0, 0)
  for (const name of names) showCard(name, digit)
  if (!during) spoken.say(inWords(about, shares))
}

function showCard(name, chosen) {
  const card = found(`card-${name}`), shares = sharesBy(name)
  if (!shares) return
  const most = Math.max(...shares), digit = most ? shares.indexOf(most) : null
  card.dataset.read = digit ?? ""
  say(card.querySelector(".digit"), digit === null ? "–" : String(digit))
  say(card.querySelector(".share"), most ? percent(most) : "No ink")
  say(card.querySelector(".apart"), digit === chosen ? "" : "Disagrees")
}

async function bring(name) {
  const button = found(`card-${name}`).querySelector("button")
  if (button) button.disabled = true
  try {
    await load(name, (share) => button && say(button, `Loading: ${Math.round(100 * share)} %`))
    button?.remove()
  } catch (error) {
    if (button) Object.assign(button, { disabled: false, textContent: error.message })
    else throw error
  }
  if (latest) show(latest, false)
}

async function choose(name) {
  chooser.value = name
  say(found("reads"), about.networks[name].title)
  await bring(name).catch((error) => say(answer.querySelector(".pw-title"), error.message))
}

chooser.addEventListener("change", () => {
  keep("reader", chooser.value === names[0] ? null : chooser.value)
  choose(chooser.value)
})
for (const name of names)
  found(`card-${name}`).querySelector("button")?.addEventListener("click", () => bring(name))

field("reader", "network that reads", () => (chooser.value === names[0] ? null : chooser.value), (text) => {
  chooser.value = oneOf(names, text)
})
const reading = choose(chooser.value)
drawingBoard(show)
arrived()

await reading
const near = new IntersectionObserver((entries) => {
  if (!entries.some(({ isIntersecting }) => isIntersecting)) return
  near.disconnect()
  for (const name of names) if (about.networks[name].bytes < BY_ITSELF) bring(name)
})
near.observe(found("four"))
