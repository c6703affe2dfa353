// node page_evaluation.mjs <folder>: milliseconds of processor time that the page's own code takes, in turns, by each of
// the evaluators in <folder>, network_*.mjs, and from an RGBA drawing to 28×28 by each drawing_*.mjs; written as JSON.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const ROUNDS = 9
const folder = process.argv[2]
const module = (name) => import(pathToFileURL(join(folder, name)))
const bytes = (name) => new Uint8Array(readFileSync(join(folder, name)))
const files = readdirSync(folder)
const every = (start) => Promise.all(files.filter((name) => name.startsWith(start)).sort().map(module))
const preparers = (await every("drawing_")).map(({ prepare }) => prepare)
const { side, count } = JSON.parse(readFileSync(join(folder, "drawings.json")))
const all = bytes("drawings"), one = 4 * side * side
const drawings = Array.from({ length: count }, (_, at) => all.subarray(at * one, (at + 1) * one))
const prepared = (prepare) => drawings.map((rgba) => prepare(rgba, side, side))
const images = prepared(preparers.at(-1))
const levels = Math.max(...prepared(preparers[0]).flatMap((image, i) => [...image].map((v, p) => Math.abs(v - images[i][p]))))

function taken(work) {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / count
}

// Medians of the works in turns.
function medians(works) {
  const times = works.map(() => [])
  for (let round = 0; round <= ROUNDS; round++) works.forEach((work, at) => round ? times[at].push(taken(work)) : work())
  return times.map((some) => some.sort((a, b) => a - b)[Math.floor(some.length / 2)])
}

const evaluators = await every("network_")
const models = files.filter((name) => name.endsWith(".bin")).sort().map((name) => {
  const networks = evaluators.map(({ unpack }) => unpack(bytes(name)))
  const read = (at) => images.map((image) => evaluators[at].classify(networks[at], image))
  const answers = evaluators.map((_, at) => read(at))
  const apart = Math.max(...answers[0].flatMap((shares, i) => [...shares].map((p, o) => Math.abs(p - answers.at(-1)[i][o]))))
  return { model: name.slice(0, -4), ms: medians(evaluators.map((_, at) => () => read(at))), apart }
})
const preparing = medians(preparers.map((prepare) => () => prepared(prepare)))
process.stdout.write(JSON.stringify({ drawings: count, preparing_ms: preparing, levels_apart: levels, models }))
