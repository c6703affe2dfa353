// The network from the drawing to the answer: every layer a button; the bars of the answer follow a slider that is held.

const instances = new WeakMap()

function element(tag, text = "", className = "") {
  const made = document.createElement(tag)
  Object.assign(made, { textContent: text, className })
  return made
}

function fill(box, { image, name, kind, pointwise, sizes }, alt) {
  const picture = element("img")
  Object.assign(picture, { src: image, alt })
  const texts = [element("b", name)]
  if (kind) texts.push(element("em", kind, pointwise ? "pointwise" : ""))
  texts.push(...sizes.map((size) => element("span", size)))
  box.replaceChildren(picture, ...texts)
}

function bars(box, shares, names) {
  const most = Math.max(...shares)
  const picture = box.firstChild ?? element("i")
  picture.replaceChildren(...shares.map((share) => {
    const bar = element("s", "", share === most ? "most" : "")
    bar.style.height = `${100 * share}%`
    return bar
  }))
  box.replaceChildren(picture, element("span", `${names[0]} … ${names.at(-1)}`), element("b", `reads ${names[shares.indexOf(most)]}`))
}

function build(instance, count) {
  instance.buttons = Array.from({ length: count }, (_, number) => {
    const button = element("button")
    button.type = "button"
    button.addEventListener("click", () => instance.report("chosen", number))
    return button
  })
  instance.ends = [element("div", "", "end"), element("div", "", "end")]
  const boxes = [instance.ends[0], ...instance.buttons, instance.ends[1]]
  instance.root.replaceChildren(...boxes.map((box) => {
    const item = element("li")
    item.append(box)
    return item
  }))
}

// Where the strip is wider than the page, the chosen layer is scrolled to its middle, and nothing else moves.
function reveal({ root, buttons }, chosen) {
  const item = buttons[chosen]?.parentElement
  if (item) root.scrollLeft = item.offsetLeft - root.offsetLeft - (root.clientWidth - item.clientWidth) / 2
}

function paint(instance, data) {
  fill(instance.ends[0], { ...data.drawing, name: "drawing" }, data.drawing.label)
  data.layers.forEach((layer, number) => {
    const button = instance.buttons[number]
    fill(button, layer, "")
    button.setAttribute("aria-description", layer.label)
    if (number === data.chosen) button.setAttribute("aria-current", "step")
    else button.removeAttribute("aria-current")
  })
  instance.ends[1].title = data.answer.label
  instance.names = data.answer.names
  bars(instance.ends[1], data.answer.shares, instance.names)
  if (instance.chosen !== data.chosen) reveal(instance, data.chosen)
  instance.chosen = data.chosen
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("ol")
  const known = instances.get(parentElement)
  const instance = known ?? { root, buttons: [] }
  instances.set(parentElement, instance)
  instance.report = setTriggerValue
  if (!known)
    root.getRootNode().addEventListener("pointwise-live", ({ detail }) => {
      if (detail.image) instance.buttons[instance.chosen].firstChild.src = detail.image
      if (detail.probabilities) bars(instance.ends[1], detail.probabilities, instance.names)
    })
  if (instance.buttons.length !== data.layers.length) {
    build(instance, data.layers.length)
    instance.chosen = null
  }
  paint(instance, data)
  return () => instances.delete(parentElement)
}
