// The page of feature maps: every channel of every layer of a network, during the stroke.

import { run, probabilities } from "../../inpage/network.js"
import { paintInto } from "../../inpage/bars.js"
import { lookInside } from "../../inpage/look_inside.js"
import { say } from "../../inpage/elements.js"
import { drawingBoard } from "./board.js"
import { about, arrived, asked, cannot, field, found, keep, oneOf, within } from "./frame.js"
import { load } from "./networks.js"

const VIEWS = ["Channels", "Evidence"], names = Object.keys(about.networks)
const titles = names.map((name) => about.networks[name].title)
const chooser = found("network"), place = found("inside"), told = found("told"), answer = found("answer")
let latest = null, maps = null, network = null, inside = null, chosen = null

function show(read, during) {
  latest = read
  if (!network) return
  maps = run(network, read.input)
  const shares = read.blank ? new Float64Array(maps.at(-1).channels) : probabilities(network, maps.at(-1))
  answer.dataset.digit = paintInto(answer, about, shares) ?? ""
  inside.show({ input: read.input, maps }, during)
}

// What is chosen, as an address says it; null where nothing is.
const says = {
  layer: () => chosen && network.stages[chosen.number].name,
  channel: () => chosen && String(chosen.channel + 1),
  pixel() { // as shares of the map's height and width
    const { height, width } = (chosen && maps[chosen.number]) ?? {}
    return chosen && chosen.point.map((at, side) => Number(((at + 0.5) / [height, width][side]).toPrecision(4))).join(",")
  },
}

function chose(what) {
  chosen = what
  for (const name of Object.keys(says)) keep(name, says[name]())
}

async function open(name) {
  const { title, size } = about.networks[name]
  chooser.value = name
  say(told, `Loading ${title}, ${size} …`)
  try {
    const next = await load(name, (share) => say(told, `Loading ${title}, ${size}: ${Math.round(100 * share)} %`))
    if (chooser.value !== name) return
    inside?.end()
    network = next
    inside = lookInside(place, network, chose)
    say(told, about.networks[name].about)
    if (latest) show(latest, false)
  } catch (error) {
    say(told, error.message)
  }
}

chooser.addEventListener("change", () => {
  keep("network", about.networks[chooser.value].title)
  for (const name of ["layer", "channel", "pixel"]) keep(name, null)
  chosen = null
  open(chooser.value)
})

// The channel and the pixel that the address names, once the maps are there.
function pointed() {
  const layer = asked("layer"), channel = asked("channel")
  if (layer === null && channel === null) return
  const { stages } = network, all = stages.map(({ name }) => name)
  try {
    const number = layer === null ? 0 : all.indexOf(oneOf(all, layer))
    const at = channel === null ? 1 : within(1, stages[number].channels, channel)
    const shares = asked("pixel")?.split(",").map((share) => within(0, 1, share))
    if (shares && (shares.length !== 2 || shares.includes(1))) throw new Error("A pixel is two numbers from 0 to 1, down and right.")
    const { height, width } = maps[number]
    inside.choose(number, Math.floor(at) - 1, shares?.map((share, side) => Math.floor(share * [height, width][side])))
    place.children[number].scrollIntoView({ block: "start" })
  } catch (error) {
    cannot("channel", [layer, channel].filter((text) => text !== null).join(", "), error.message)
  }
}

let first = names[0]
field("network", "network", () => about.networks[chooser.value].title, (text) => {
  first = names[titles.indexOf(oneOf(titles, text))]
})
field("maps", "view", () => null, (text) => {
  if (about.inPython.includes(text)) throw new Error("It needs Pointwise with Python.")
  oneOf(VIEWS, text)
})
for (const name of Object.keys(says)) field(name, name, says[name], () => {}) // used once the maps are there

const opened = open(first)
const { begun } = drawingBoard(show)
arrived()
await Promise.all([opened, begun])
if (network && latest) {
  pointed()
  if (asked("maps") === VIEWS[1]) place.querySelector(".evidence").scrollIntoView({ block: "start" })
}
