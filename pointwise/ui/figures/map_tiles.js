// A channel of a layer each, or the evidence for a digit, as a button that shows its part of one picture (a sprite).

const instances = new WeakMap()

function tile(instance, number) {
  const button = document.createElement("button")
  button.type = "button"
  button.append(document.createElement("span"), document.createElement("small"))
  button.addEventListener("click", () => {
    mark(instance, number)
    instance.report("chosen", number)
  })
  return button
}

// One of them is in the order of the tab key; the arrow keys lead to the others.
function mark(instance, chosen) {
  instance.buttons.forEach((button, number) => {
    button.setAttribute("aria-pressed", number === chosen)
    button.tabIndex = number === chosen ? 0 : -1
  })
}

// The tiles run along rows, or on a phone down columns that scroll sideways.
function walk(instance, event) {
  const { buttons } = instance
  const from = buttons.indexOf(event.target), last = buttons.length - 1
  const start = buttons[0].getBoundingClientRect()
  const first = (side) => Math.max(0, buttons.findIndex((button) => button.getBoundingClientRect()[side] > start[side] + 1))
  const [right, down] = [first("left"), first("top")]
  const step = { ArrowLeft: -right, ArrowRight: right, ArrowUp: -down, ArrowDown: down, Home: -last, End: last }[event.key]
  if (step === undefined || from < 0) return
  event.preventDefault()
  buttons[Math.min(last, Math.max(0, from + step))].focus()
}

function place(number, data) {
  const rows = Math.ceil(data.tiles / data.columns)
  const share = (index, count) => (count > 1 ? (100 * index) / (count - 1) : 0)
  return `${share(number % data.columns, data.columns)}% ${share(Math.floor(number / data.columns), rows)}%`
}

// Where the tiles scroll sideways, the chosen one comes into view, and nothing else moves.
function reveal({ root, buttons }, chosen) {
  const button = buttons[chosen]
  if (button && root.scrollWidth > root.clientWidth)
    root.scrollLeft = button.offsetLeft - root.offsetLeft - (root.clientWidth - button.clientWidth) / 2
}

function paint(instance, data) {
  const rows = Math.ceil(data.tiles / data.columns)
  const { root } = instance
  root.style.setProperty("--sprite", `url(${data.image})`)
  root.style.setProperty("--spread", `${100 * data.columns}% ${100 * rows}%`)
  root.style.setProperty("--side", `${data.side}px`)
  root.style.setProperty("--shape", data.shape)
  root.classList.toggle("few", data.few)
  root.setAttribute("aria-label", data.alt)
  instance.buttons.forEach((button, number) => {
    button.title = data.names[number]
    button.setAttribute("aria-label", data.names[number])
    button.lastChild.textContent = data.captions[number]
    button.classList.toggle("dead", data.dead[number])
    Object.assign(button.firstChild.style, {
      backgroundImage: "", backgroundSize: "", backgroundPosition: place(number, data),
    })
  })
  mark(instance, data.chosen)
}

// One tile while a slider of its channel is dragged (live_channel.js); what the server sends next takes its place.
function repaint(instance, { image, number }) {
  const picture = instance.buttons[number]?.firstChild
  if (picture) Object.assign(picture.style, { backgroundImage: `url(${image})`, backgroundSize: "100% 100%" })
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tiles")
  const known = instances.get(parentElement)
  const instance = known ?? { root, buttons: [] }
  instances.set(parentElement, instance)
  if (!known) {
    root.addEventListener("keydown", (event) => walk(instance, event))
    root.getRootNode().addEventListener("pointwise-live", ({ detail }) => repaint(instance, detail))
  }
  instance.report = setTriggerValue
  const built = instance.buttons.length !== data.tiles
  if (built) {
    instance.buttons = Array.from({ length: data.tiles }, (_, number) => tile(instance, number))
    root.replaceChildren(...instance.buttons)
  }
  paint(instance, data)
  if (built) reveal(instance, data.chosen)
  return () => instances.delete(parentElement)
}
