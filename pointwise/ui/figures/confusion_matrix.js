// A table of how many pictures of a class were read as which. Each number of mistakes is a button, and so is each
// class: at a row's head for all that it was read as, at a column's for all that was read so.

const ALL = -1
const instances = new WeakMap()
const same = (one, other) => one[0] === other[0] && one[1] === other[1]
const grouped = (count) => count.toLocaleString("en-US")

function make(kind, className = "", text = "") {
  const element = document.createElement(kind)
  if (className) element.className = className
  element.textContent = text
  return element
}

// A button for the mistakes of a place, or where there are none, plain text.
function content(instance, place, text, count, said) {
  const box = make(count ? "button" : "span")
  box.append(make("b", "", text))
  if (!count) return box
  box.type = "button"
  box.title = said
  box.setAttribute("aria-label", said)
  box.addEventListener("click", () => {
    const chosen = same(place, instance.chosen) ? [ALL, ALL] : place // pressed again, all are shown
    mark(instance, chosen, place)
    instance.report("chosen", chosen)
  })
  instance.buttons.push({ box, place })
  return box
}

function head(instance, scope, place, text, count, said) {
  const made = make("th")
  made.scope = scope
  made.append(content(instance, place, text, count, said))
  return made
}

function cell(instance, data, row, column, most) {
  const count = data.counts[row][column], names = data.names
  if (row === column) return make("td", "right", String(count))
  if (!count) return make("td", "none", "·")
  const made = make("td", "wrong")
  made.style.setProperty("--share", 0.2 + 0.8 * Math.sqrt(count / most)) // so that rare ones are seen beside frequent ones
  const said = `${names[row]} read as ${names[column]}: ${grouped(count)} of ${grouped(data.pictures[row])}`
  made.append(content(instance, [data.classes[row], data.classes[column]], String(count), count, said))
  return made
}

function build(instance, data) {
  const { table } = instance, count = data.names.length
  instance.buttons = []
  const wrong = data.counts.map((row, n) => row.filter((_, m) => m !== n))
  const most = Math.max(1, ...wrong.flat())
  const columns = make("colgroup")
  columns.append(make("col", "first"), ...data.names.map(() => make("col")))
  const axis = make("tr"), names = make("tr")
  const across = make("th", "axis", "was read as →")
  across.colSpan = count
  axis.append(make("th", "axis"), across)
  names.append(make("th", "axis", "it is ↓"))
  data.names.forEach((name, column) => {
    const read = data.read[column]
    names.append(head(instance, "col", [ALL, data.classes[column]], name, read, `Wrongly read as ${name}: ${grouped(read)}`))
  })
  const top = make("thead"), body = make("tbody")
  top.append(axis, names)
  data.names.forEach((name, row) => {
    const line = make("tr"), missed = data.missed[row]
    const said = `${name}, read as anything else: ${grouped(missed)} of ${grouped(data.pictures[row])}`
    line.append(head(instance, "row", [data.classes[row], ALL], name, missed, said))
    data.names.forEach((_, column) => line.append(cell(instance, data, row, column, most)))
    body.append(line)
  })
  table.replaceChildren(make("caption", "", data.alt), columns, top, body)
}

// One of the buttons is in the order of the tab key; the arrow keys lead to the others.
function mark(instance, chosen, focused) {
  instance.chosen = chosen
  const first = instance.buttons.find(({ place }) => same(place, focused)) ?? instance.buttons[0]
  for (const one of instance.buttons) {
    one.box.setAttribute("aria-pressed", same(one.place, chosen))
    one.box.tabIndex = one === first ? 0 : -1
  }
}

// The next button in the direction of an arrow, along the row or the column; Home and End lead to the row's ends.
function walk(instance, event) {
  const { classes } = instance, from = instance.buttons.find(({ box }) => box === event.target)
  const [down, right] = {
    ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -1], End: [0, 1],
  }[event.key] ?? [0, 0]
  if (!from || !(down || right)) return
  event.preventDefault()
  const at = (number) => classes.indexOf(number) // ALL, a head, is before the first
  let [row, column] = from.place.map(at), found = null
  while (Math.max(row += down, column += right) < classes.length && Math.min(row, column) >= -1) {
    const there = instance.buttons.find(({ place }) => at(place[0]) === row && at(place[1]) === column)
    found = there ?? found
    if (there && !["Home", "End"].includes(event.key)) break
  }
  if (!found) return
  for (const { box } of instance.buttons) box.tabIndex = box === found.box ? 0 : -1
  found.box.focus()
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".matrix")
  const known = instances.get(parentElement)
  const instance = known ?? { table: root.querySelector("table"), buttons: [], built: "" }
  instances.set(parentElement, instance)
  instance.report = setTriggerValue
  instance.classes = data.classes
  if (!known) instance.table.addEventListener("keydown", (event) => walk(instance, event))
  const built = JSON.stringify([data.classes, data.names, data.counts])
  if (instance.built !== built) {
    instance.built = built
    const longest = Math.max(...data.names.map((name) => name.length))
    root.classList.toggle("long", data.long)
    root.style.setProperty("--count", data.names.length)
    root.style.setProperty("--first", data.long ? `${Math.min(longest, 11) * 0.55 + 0.8}rem` : "2.6rem")
    root.style.setProperty("--least", `calc(var(--first) + ${data.names.length} * 2rem)`)
    build(instance, data)
  }
  const focus = parentElement.getRootNode().activeElement
  mark(instance, data.chosen, instance.buttons.find(({ box }) => box === focus)?.place ?? data.chosen)
  return () => instances.delete(parentElement)
}
