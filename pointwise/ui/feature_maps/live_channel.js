// A channel while one of its sliders is dragged. Streamlit's sliders report on release; until then the network is
// evaluated here, with the same weights, and painted over what the server showed: the channel's map, its tile in the
// mosaic, its line from an input map, and the prediction. The server's answer comes on release and is equal. Where anything is not found, nothing
// moves before that.

import { coloured, percent } from "../../inpage/formats.js"
import { activate, convolve, decoded, picture, probabilities, run, unpack } from "../../inpage/network.js"
import { CHANGES, componentRoots, container, position, writeMetric } from "../../inpage/page.js"

const networks = new Map() // by their identity; shared by the two places of this component on the page
const waiting = new Set() // what has to be painted once the weights are there
const instances = new WeakMap()

// A row of PyTorch's weights, (inputs, kernel, kernel), in the order of network.js.
function inOrder(row, { inputs, kernel, flat }) {
  if (flat || kernel === 1) return row
  const size = kernel * kernel
  return Array.from({ length: row.length }, (_, at) => row[(at % inputs) * size + Math.floor(at / inputs)])
}

function withChannel(stage, channel, row, bias) {
  const weights = stage.weights.slice(), biases = stage.biases.slice()
  weights.set(inOrder(row, stage), channel * row.length)
  biases[channel] = bias
  return { ...stage, weights, biases }
}

// The network with this session's changes of other channels, and the maps that go into the stage that is looked at.
export function prepared(network, data) {
  const stages = [...network.stages]
  for (const { stage, channel, weights, bias } of data.changes)
    if (stages[stage]) stages[stage] = withChannel(stages[stage], channel, weights, bias)
  const changed = { ...network, stages }
  const image = decoded(data.image)
  const before = data.stage ? run({ ...changed, stages: stages.slice(0, data.stage) }, picture(image)).at(-1) : picture(image)
  return { network: changed, before }
}

// The sliders' values, and the channel's weights and bias that follow from them.
function asked({ sliders, shown, weights, input }) {
  const [weight, bias] = [position(sliders.weight ?? sliders.factor, shown[0]), position(sliders.bias, shown[1])]
  const row = sliders.factor ? weights.map((w) => w * weight) : [...weights]
  if (sliders.weight) row[input] = weight
  return { now: [weight, bias], row, bias }
}

// From the sliders to the channel's map, before and after the activation, and the probabilities.
export function evaluate(network, before, { stage, channel }, row, bias) {
  const here = withChannel(network.stages[stage], channel, row, bias)
  const out = convolve(here, before)
  const after = here.activated ? activate(out, network.activation) : out
  const own = (map) => map.values.filter((_, at) => at % map.channels === channel)
  const rest = network.stages.length - 1 - stage
  const last = rest ? run(network, after, stage + 1).at(-1) : after
  return {
    height: out.height, width: out.width, before: own(out), after: own(after),
    probabilities: network.whole ? probabilities(network, last) : null,
  }
}

function asUrl(instance, { height, width }, values, scale) {
  instance.sheet ??= document.createElement("canvas").getContext("2d")
  Object.assign(instance.sheet.canvas, { height, width })
  instance.sheet.putImageData(new ImageData(coloured(values, scale), width, height), 0, 0)
  return instance.sheet.canvas.toDataURL()
}

// Our own components beside this one listen for this (pixels.js, mosaic.js, network_strip.js, input_maps.js).
function tell(key, detail) {
  for (const root of componentRoots(key)) root.dispatchEvent(new CustomEvent("pointwise-live", { detail }))
}

function paint(instance) {
  const { data } = instance
  const network = networks.get(data.network)
  if (!network) return
  instance.prepared ??= prepared(network, data)
  const { now, row, bias } = asked(data)
  const key = JSON.stringify(now)
  if (key === instance.painted) return
  instance.painted = key
  const answer = evaluate(instance.prepared.network, instance.prepared.before, data, row, bias)
  const values = data.before ? answer.before : answer.after
  const image = asUrl(instance, answer, values, data.scale)
  tell(data.places.map, { image, values: [...values] })
  tell(data.places.mosaic, { image, number: data.channel })
  tell(data.places.strip, { image: values.length > 1 ? image : null, probabilities: answer.probabilities })
  if (data.sliders.weight) tell(data.places.inputs, { channel: data.input, weight: now[0] })
  if (!answer.probabilities) return
  const most = Math.max(...answer.probabilities)
  const unsure = most < data.sure ? "unsure: " : ""
  writeMetric(data.places.prediction, String(answer.probabilities.indexOf(most)), unsure + percent(most))
}

export default function ({ data, parentElement }) {
  if (data instanceof Uint8Array) {
    const network = unpack(data)
    networks.clear()
    networks.set(network.id, network)
    for (const again of waiting) again()
    return undefined
  }
  const instance = instances.get(parentElement) ?? {}
  instances.set(parentElement, instance)
  Object.assign(instance, { data, prepared: null, painted: JSON.stringify(data.shown) }) // the server has painted that
  const again = (instance.again ??= () => paint(instance))
  waiting.add(again)
  instance.observer ??= new MutationObserver(() => paint(instance))
  instance.observer.disconnect()
  const around = container(data.places.sliders)
  if (around) instance.observer.observe(around, CHANGES)
  paint(instance)
  return () => {
    instance.observer.disconnect()
    waiting.delete(again)
    instances.delete(parentElement)
  }
}
