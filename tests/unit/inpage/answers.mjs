// node answers.mjs <folder> <function>: calls a function of <folder>/module.mjs with each of the cases in cases.json,
// and writes what it returns to answers.json. "classified" and "changed" put several of the page's functions together.

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const [folder, name] = process.argv.slice(2)
const page = await import(pathToFileURL(join(folder, "module.mjs")))
const files = new Map()

function loaded(argument) {
  if (!argument?.file) return argument
  if (!files.has(argument.file)) files.set(argument.file, new Uint8Array(readFileSync(join(folder, argument.file))))
  const bytes = files.get(argument.file)
  return argument.length ? bytes.subarray(argument.from, argument.from + argument.length) : bytes
}

const networks = new Map()

function unpacked(bytes) {
  if (!networks.has(bytes)) networks.set(bytes, page.unpack(bytes))
  return networks.get(bytes)
}

const together = {
  classified: (bytes, image) => page.classify(unpacked(bytes), Uint8Array.from(image)),
  summed(bytes, image, number, channel, p) {
    const network = unpacked(bytes), input = page.picture(Uint8Array.from(image)), maps = page.run(network, input)
    return page.pixelSum(network, number, maps[number - 1] ?? input, channel, p)
  },
  evidence(bytes, image) {
    const network = unpacked(bytes), input = page.picture(Uint8Array.from(image))
    return page.allEvidence(network, input, page.run(network, input))
  },
  refused: (text) => page.lengthened(text).then(() => false, () => true),
  figure: (image, bytes) => page.ofDrawing(Uint8Array.from(image), unpacked(bytes)),
  changed(bytes, data, row, bias) {
    const { network, before } = page.prepared(unpacked(bytes), data)
    return page.evaluate(network, before, data, row, bias)
  },
  // The numbers of the changes in each message of a page that does these things; "later" is when its patience ends.
  messages(things) {
    const sent = []
    let later = null
    globalThis.setTimeout = (then) => (later = then)
    globalThis.clearTimeout = () => (later = null)
    const unsent = page.unsentChanges("surface", () => sent.push("late"))
    const client = unsent.newId().split("-")[0]
    const send = (_, { picture, changes }) => sent.push([picture, changes.map(([, n]) => n)])
    const done = {
      shown: (picture, seen) => unsent.use(send, picture, { [client]: seen }),
      add: () => unsent.add(["clear"]),
      later: () => later?.(),
      away: () => unsent.rest(),
    }
    for (const [what, ...more] of things) done[what](...more)
    return sent
  },
}

// Typed arrays as lists.
const plain = (_, value) => (ArrayBuffer.isView(value) ? [...value] : value)

const cases = JSON.parse(readFileSync(join(folder, "cases.json")))
const answers = await Promise.all(cases.map((all) => (together[name] ?? page[name])(...all.map(loaded))))
writeFileSync(join(folder, "answers.json"), JSON.stringify(answers, plain))
