// Every channel of a layer as a button that shows its part of one picture (a sprite with all of them).

const instances = new WeakMap()

function tile(instance, number) {
  const button = document.createElement("button")
  const picture = document.createElement("span")
  const label = document.createElement("small")
  label.textContent = number + 1
  button.type = "button"
  button.append(picture, label)
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

function walk(instance, event) {
  const from = instance.buttons.indexOf(event.target), last = instance.buttons.length - 1
  const first = instance.buttons[0].getBoundingClientRect().top
  const row = instance.buttons.findIndex((button) => button.getBoundingClientRect().top > first)
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row, Home: -last, End: last }[event.key]
  if (step === undefined || from < 0) return
  event.preventDefault()
  instance.buttons[Math.min(last, Math.max(0, from + step))].focus()
}

function place(number, data) {
  const rows = Math.ceil(data.tiles / data.columns)
  const share = (index, count) => (count > 1 ? (100 * index) / (count - 1) : 0)
  return `${share(number % data.columns, data.columns)}% ${share(Math.floor(number / data.columns), rows)}%`
}

function paint(instance, data) {
  const rows = Math.ceil(data.tiles / data.columns)
  const { root } = instance
  root.style.setProperty("--sprite", `url(${data.image})`)
  root.style.setProperty("--spread", `${100 * data.columns}% ${100 * rows}%`)
  root.style.setProperty("--side", `${data.side}px`)
  root.setAttribute("aria-label", data.alt)
  instance.buttons.forEach((button, number) => {
    const dead = data.dead[number]
    const name = `Channel ${number + 1}` + (dead ? ", dead" : "")
    button.title = name
    button.setAttribute("aria-label", name)
    button.classList.toggle("dead", dead)
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
  const root = parentElement.querySelector("div[role=group]")
  const known = instances.get(parentElement)
  const instance = known ?? { root, buttons: [] }
  instances.set(parentElement, instance)
  if (!known) {
    root.addEventListener("keydown", (event) => walk(instance, event))
    root.getRootNode().addEventListener("pointwise-live", ({ detail }) => repaint(instance, detail))
  }
  instance.report = setTriggerValue
  if (instance.buttons.length !== data.tiles) {
    instance.buttons = Array.from({ length: data.tiles }, (_, number) => tile(instance, number))
    root.replaceChildren(...instance.buttons)
  }
  paint(instance, data)
  return () => instances.delete(parentElement)
}
