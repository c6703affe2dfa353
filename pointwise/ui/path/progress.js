// The five steps as numbered buttons in a row. A step that was chosen elsewhere (next, back) is scrolled to and focused.

const instances = new WeakMap()

function item(instance, number) {
  const place = document.createElement("li"), button = document.createElement("button")
  const circle = document.createElement("b"), title = document.createElement("span")
  circle.textContent = number + 1
  button.type = "button"
  button.append(circle, " ", title) // the space is for those who hear it
  button.addEventListener("click", () => {
    instance.clicked = true
    instance.report("chosen", number)
  })
  place.append(button)
  return place
}

const circle = (button) => button.firstChild

function paint({ list }, { titles, visited, current }) {
  ;[...list.children].forEach(({ firstChild: button }, number) => {
    button.lastChild.textContent = titles[number]
    button.classList.toggle("visited", visited[number])
    circle(button).title = visited[number] && number !== current ? "✓: you have been at this step" : ""
    const said = visited[number] && number !== current ? ", visited" : ""
    button.setAttribute("aria-label", `${number + 1} ${titles[number]}${said}`)
    if (number === current) button.setAttribute("aria-current", "step")
    else button.removeAttribute("aria-current")
  })
}

export default function ({ data, parentElement, setTriggerValue }) {
  const known = instances.get(parentElement)
  const instance = known ?? { list: parentElement.querySelector("ol"), current: data.current, clicked: false }
  instances.set(parentElement, instance)
  instance.report = setTriggerValue
  if (!known) instance.list.replaceChildren(...data.titles.map((_, number) => item(instance, number)))
  paint(instance, data)
  if (instance.current !== data.current) {
    if (!instance.clicked) {
      instance.list.scrollIntoView({ block: "start" })
      instance.list.children[data.current].firstChild.focus({ preventScroll: true })
    }
    Object.assign(instance, { current: data.current, clicked: false })
  }
  return () => instances.delete(parentElement)
}
