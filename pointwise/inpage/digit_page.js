// A page of its own that reads drawings: what export/web_page.py put into the file is all that there is, and nothing is
// ever asked for.

import { inWords, paintInto } from "./bars.js"
import { prepare } from "./drawing.js"
import { make } from "./elements.js"
import { lookInside } from "./look_inside.js"
import { decoded, picture, probabilities, run, unpack } from "./network.js"
import { sheet } from "./sheet.js"
import { voice } from "./voice.js"

const found = (id) => document.getElementById(id)
const network = unpack(decoded(found("weights").textContent)), { names } = network
const about = { ...JSON.parse(found("about").textContent), names }
const answer = found("answer"), received = found("received"), spoken = voice()
const inside = lookInside(found("inside"), network)
const count = network.stages.at(-1).channels
let rate = { count: 0, began: 0 }

const row = (number) => make("div", { class: "pw-row" },
  make("b", { dir: "auto" }, names?.[number] ?? String(number)), make("div", {}, make("i")), make("span", {}, "\u00a0"))
found("bars").append(...Array.from({ length: count }, (_, number) => row(number)))

function showReceived(image) {
  const bytes = new Uint8ClampedArray(4 * image.length)
  image.forEach((value, at) => bytes.set([value, value, value, 255], 4 * at))
  received.getContext("2d").putImageData(new ImageData(bytes, 28, 28), 0, 0)
}

function read(board, during) {
  const { rgba, height, width } = board.pixels()
  const image = prepare(rgba, height, width), input = picture(image), maps = run(network, input)
  const shares = image.some((value) => value) ? probabilities(network, maps.at(-1)) : new Float64Array(count)
  const digit = paintInto(answer, about, shares), words = inWords(about, shares)
  answer.dataset.digit = digit ?? ""
  answer.dataset.answers = Number(answer.dataset.answers ?? 0) + 1
  answer.setAttribute("aria-label", words)
  showReceived(image)
  inside.show({ input, maps }, during)
  found("undo").disabled = !board.undoable() || during
  found("redo").disabled = !board.redoable() || during
  found("clear").disabled = board.empty()
  pace(during)
  if (!during) spoken.say(words)
}

// How many answers a second came during the stroke.
function pace(during) {
  const now = performance.now()
  if (during) rate = rate.count ? { ...rate, count: rate.count + 1 } : { count: 1, began: now }
  else if (rate.count > 4) answer.dataset.rate = Math.round((1000 * (rate.count - 1)) / (now - rate.began))
  if (!during) rate = { count: 0, began: 0 }
}

const board = sheet(document.querySelector("canvas[data-draw]"), about.sheet, (during) => read(board, during))
for (const name of ["undo", "redo", "clear"]) found(name).addEventListener("click", board[name])
document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase()
  if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== "z" && key !== "y")) return
  event.preventDefault()
  board[key === "y" || event.shiftKey ? "redo" : "undo"]()
})
const points = (line) => line.flatMap((x, at) => (at % 2 ? [] : [[x / 1e4, line[at + 1] / 1e4]]))
const figure = (lines) => lines.map((line) => ({ points: points(line), pen: about.sheet.pen }))
about.samples.forEach((lines, digit) => {
  const attributes = { type: "button", "aria-label": `Draw a ${digit}`, onclick: () => board.draw(figure(lines)) }
  found("samples").append(make("button", attributes, String(digit)))
})
if (about.first) board.offer(figure(about.first))
else read(board, false)
