// A colour picture and one weighted sum of its channels, mixed in the page while a weight is dragged; below it how
// bright each part of the picture becomes. The server is told the weights when they are let go.

const instances = new WeakMap()

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}

// The mix of a picture (r, g, b, r, …, 0–255) as brightness 0–1: its least value is black, its largest white.
export function mixed(picture, weights) {
  const values = new Float64Array(picture.length / 3)
  for (let at = 0; at < values.length; at++)
    for (let channel = 0; channel < 3; channel++) values[at] += (weights[channel] * picture[3 * at + channel]) / 255
  let low = Infinity, high = -Infinity
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const flat = high - low <= 1e-9
  return values.map((value) => (flat ? 0 : (value - low) / (high - low)))
}

// How bright each part is on average; ``parts`` has the number of each pixel's part.
export function brightness(values, parts, count) {
  const sums = new Array(count).fill(0), pixels = new Array(count).fill(0)
  values.forEach((value, at) => {
    sums[parts[at]] += value
    pixels[parts[at]] += 1
  })
  return sums.map((sum, part) => sum / pixels[part])
}

function paint(canvas, side, colour) {
  const context = canvas.getContext("2d"), image = context.createImageData(side, side)
  for (let at = 0; at < side * side; at++) image.data.set([...colour(at), 255], 4 * at)
  context.putImageData(image, 0, 0)
}

function written(weights) {
  const terms = weights.map((weight, channel) => {
    const sign = weight < 0 ? "−" : channel ? "+" : ""
    return `${sign} ${Math.abs(weight).toFixed(1)} × ${["red", "green", "blue"][channel]}`.trim()
  })
  return terms.join(" ")
}

function verdict({ names, says, enough }, bright) {
  const others = bright.slice(1), most = Math.max(...others)
  const points = Math.round(100 * Math.abs(bright[0] - most))
  const by = `${points} percentage point${points === 1 ? "" : "s"}`
  const kind = bright[0] - most >= enough ? "found" : bright[0] > most ? "close" : "hidden"
  return { kind, text: says[kind].replace("{by}", by).replace("{other}", names[1 + others.indexOf(most)]) }
}

function show(instance) {
  const { data, picture, parts, weights } = instance
  const values = mixed(picture, weights), bright = brightness(values, parts, data.names.length)
  paint(instance.map, data.side, (at) => new Array(3).fill(Math.round(255 * values[at])))
  instance.inputs.forEach((input, channel) => {
    input.value = weights[channel]
    input.nextElementSibling.textContent = weights[channel].toFixed(1).replace("-", "−")
  })
  instance.formula.textContent = written(weights)
  instance.map.setAttribute("aria-label", `Your mix: ${written(weights)}`)
  bright.forEach((value, part) => {
    const [bar, number] = instance.bars[part]
    bar.style.width = `${100 * value}%`
    number.textContent = `${Math.round(100 * value)} %`
  })
  const { kind, text } = verdict(data, bright)
  instance.verdict.className = kind
  if (instance.verdict.textContent !== text) instance.verdict.textContent = text
}

function row(name) {
  const line = document.createElement("div"), label = document.createElement("span"), frame = document.createElement("i")
  const bar = document.createElement("u"), number = document.createElement("span")
  label.textContent = name
  frame.append(bar)
  line.append(label, frame, number)
  return { line, parts: [bar, number] }
}

function tell(instance) {
  instance.told.push(JSON.stringify(instance.weights))
  instance.report("mixed", [...instance.weights])
}

function set(instance, weights) {
  instance.weights = [...weights]
  show(instance)
  tell(instance)
}

function begin(root, data) {
  const instance = {
    picture: bytes(data.picture), parts: bytes(data.parts), map: root.querySelector(".map"),
    inputs: [...root.querySelectorAll("input")], formula: root.querySelector("code"), verdict: root.querySelector("p"),
    told: [],
  }
  const rows = data.names.map(row)
  instance.bars = rows.map((one) => one.parts)
  root.querySelector(".bars").replaceChildren(...rows.map((one) => one.line))
  for (const canvas of root.querySelectorAll("canvas")) canvas.width = canvas.height = data.side
  const { picture } = instance
  paint(root.querySelector(".picture"), data.side, (at) => picture.slice(3 * at, 3 * at + 3))
  instance.inputs.forEach((input, channel) => {
    input.addEventListener("input", () => {
      instance.weights[channel] = input.valueAsNumber
      show(instance)
    })
    input.addEventListener("change", () => tell(instance))
  })
  const [again, answer] = root.querySelectorAll("button")
  again.addEventListener("click", () => set(instance, instance.data.start))
  answer.addEventListener("click", () => set(instance, instance.data.answer))
  return instance
}

export default function ({ data, parentElement, setTriggerValue }) {
  const instance = instances.get(parentElement) ?? begin(parentElement.querySelector("section"), data)
  instances.set(parentElement, instance)
  Object.assign(instance, { data, report: setTriggerValue })
  const sent = JSON.stringify(data.weights), echo = instance.told.indexOf(sent)
  if (echo >= 0) instance.told.splice(0, echo) // of what was told from here, and perhaps changed since
  else {
    Object.assign(instance, { told: [sent], weights: [...data.weights] })
    show(instance)
  }
  return () => instances.delete(parentElement)
}
