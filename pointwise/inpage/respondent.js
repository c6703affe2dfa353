// Questions about a drawing, answered in a worker, or here where there can be none. The worker is this same module.

import { prepare } from "./drawing.js"
import { classify, unpack } from "./network.js"

function calculator() {
  const networks = new Map() // the latest only
  return ({ network, id, rgba, height, width, normalise, image }) => {
    if (network) {
      networks.clear()
      networks.set(id, unpack(network))
      return null
    }
    const began = performance.now()
    const picture = image ?? prepare(rgba, height, width, normalise)
    const known = networks.get(id)
    return { image: picture, probabilities: known && classify(known, picture), took: performance.now() - began }
  }
}

if (typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope) {
  const calculate = calculator()
  onmessage = ({ data }) => {
    const result = calculate(data)
    if (result) postMessage(result)
  }
}

// Questions are answered in their order. Without a worker, or once it has failed, they are answered here.
export function respondent() {
  const waiting = []
  let worker = null, local = null, network = null
  const here = (question) => {
    local ??= calculator()
    return local(question)
  }
  const failed = () => {
    worker?.terminate()
    worker = null
    if (network) here(network)
    for (const { question, answered } of waiting.splice(0)) answered(here(question))
  }
  try {
    worker = new Worker(import.meta.url, { type: "module" })
    worker.onmessage = ({ data }) => waiting.shift()?.answered(data)
    worker.onerror = (event) => {
      event.preventDefault()
      failed()
    }
  } catch {
    worker = null
  }
  return {
    use(id, bytes) {
      network = { id, network: bytes }
      if (worker) worker.postMessage(network)
      else here(network)
    },
    ask(question) {
      return new Promise((answered) => {
        if (!worker) return answered(here(question))
        waiting.push({ question, answered })
        worker.postMessage(question) // copied: should the worker fail, the question is still here
      })
    },
    end: () => worker?.terminate(),
  }
}
