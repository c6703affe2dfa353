// The path: five steps, one at a time, each with its figure on the visitor's drawing.

import mixer, { mixed } from "../../inpage/colour_mixer.js"
import { make, say } from "../../inpage/elements.js"
import onePixel from "../../inpage/one_pixel.js"
import { ofDrawing } from "../../inpage/one_pixel_drawing.js"
import { drawingBoard } from "./board.js"
import "./claims.js"
import { about, arrived, asked, field, found, keep, lasting, oneOf } from "./frame.js"
import { layers } from "./layers_figure.js"
import { load } from "./networks.js"
import { shuffles } from "./shape_figure.js"

const names = about.path.steps, links = [...found("steps").querySelectorAll("a")]
const VISITED = "visited" // what lasts
const { scene, others } = about.path.colours
let current = null, latest = null, mix = [...scene.start]

const mixText = () => {
  const text = mix.map((weight) => Number(weight.toFixed(2))).join(",")
  return text === scene.start.join() ? null : text
}

// A component of the app in a place of its own on this page.
function component(place, part) {
  const root = place.attachShadow({ mode: "open" })
  root.append(make("link", { rel: "stylesheet", href: about.root + about.path[part].styles }))
  const inside = document.importNode(found(`${part}-markup`).content, true)
  root.append(inside)
  return root
}

function failed(place) {
  return (error) => say(place, error.message)
}

const figures = {
  pixel() {
    const place = found("one-pixel"), root = component(place, "pixel")
    const network = load(about.path.pixel.network).catch(failed(found("pixel-problem")))
    return async ({ image }) => {
      const data = ofDrawing(image, await network)
      onePixel({ data, parentElement: root })
    }
  },
  colours() {
    const root = component(found("mixer"), "colours"), { side } = scene
    const tree = Uint8Array.from(atob(scene.picture), (letter) => letter.charCodeAt(0))
    const mapOf = ([name, weights]) => {
      const canvas = make("canvas", { width: side, height: side, role: "img", "aria-label": `A grey picture: ${name}` })
      const image = new ImageData(side, side), written = weights.map((weight) => weight.toFixed(1).replace("-", "−"))
      mixed(tree, weights).forEach((value, at) => image.data.set([...Array(3).fill(255 * value), 255], 4 * at))
      canvas.getContext("2d").putImageData(image, 0, 0)
      return make("figure", {}, canvas, make("figcaption", {}, `${name}: ${written.join(", ")}`))
    }
    const paint = () => found("mixes").replaceChildren(...Object.entries({ "your weights": mix, ...others }).map(mapOf))
    const report = (_, weights) => {
      mix = weights
      keep("mix", mixText())
      paint()
    }
    mixer({ data: { ...scene, weights: mix }, parentElement: root, setTriggerValue: report })
    paint()
    return () => {}
  },
  maps() {
    const network = load(about.path.maps.network).catch(failed(found("layers")))
    const figure = network.then((one) => one && layers(found("layers"), one, about.path.maps.says))
    return async (read) => (await figure)?.show(read)
  },
  shape() {
    const figure = shuffles(found("shuffles"), about.path.shape)
    return (read) => figure.show(read)
  },
  claims: () => () => {},
}
const begun = {}

// Shows a step; its figure is made when it is shown first.
function go(name) {
  current = name
  const visited = new Set([...(lasting(VISITED) ?? []), name])
  lasting(VISITED, [...visited])
  names.forEach((one, at) => {
    found(`step-${one}`).hidden = one !== name
    links[at].classList.toggle("visited", visited.has(one))
    if (one === name) links[at].setAttribute("aria-current", "step")
    else links[at].removeAttribute("aria-current")
  })
  document.querySelector("main").dataset.step = name
  begun[name] ??= figures[name]()
  if (latest) begun[name](latest)
}

function chosen(event) {
  const name = event.target.closest("a[data-step]")?.dataset.step
  if (!name || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  const to = new URL(location.href)
  to.searchParams.set("step", name)
  history.pushState(null, "", to)
  go(name)
  found("steps").scrollIntoView({ block: "nearest" })
  links[names.indexOf(name)].focus({ preventScroll: true })
}

document.addEventListener("click", chosen)
addEventListener("popstate", () => {
  const name = new URLSearchParams(location.search).get("step")
  go(names.includes(name) ? name : names[0])
})

field("step", "step", () => current, (text) => oneOf(names, text))
field("mix", "mix of colours", mixText, (text) => {
  const weights = text.split(",").map(Number)
  if (weights.length !== mix.length || !weights.every((one) => one >= -1 && one <= 1))
    throw new Error("It is three weights from -1 to 1, of red, green and blue.")
  mix = weights
})
drawingBoard((read, during) => {
  latest = read
  found("own").classList.toggle("empty", read.blank)
  if (!during && current) begun[current](read)
})
field("order", "order of the pixels", () => {
  const number = Number(found("shuffles").dataset.order)
  return number ? String(number) : null
}, (text) => {
  const last = about.path.shape.orders.length - 1, number = Number(text)
  if (!Number.isInteger(number) || number < 0 || number > last) throw new Error(`It goes from 0 to ${last}.`)
  found("shuffles").dataset.order = number
})
go(names.includes(asked("step")) ? asked("step") : names[0])
arrived()
