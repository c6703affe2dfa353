// The page of house prices: what inpage/house_page.js has put there follows the address, and the address follows it.

import { arrived, about, field, found, keep, oneOf, within } from "./frame.js"

const FIELDS = ["sqft", "rooms"], WHATS = ["area", "number of rooms"]
const sliders = FIELDS.map((_, at) => found(`slider-${at}`))
const value = (at) => String(sliders[at].valueAsNumber)

FIELDS.forEach((name, at) => field(name, WHATS[at], () => value(at), (text) => {
  sliders[at].value = within(0, about.most[at], text)
}))
field("data", "data", () => null, (text) => {
  if (about.inPython.includes(text)) throw new Error("It needs Pointwise with Python.")
  oneOf(["House prices"], text)
})
field("view", "view", () => null, (text) => {
  if (about.inPython.includes(text)) throw new Error("It needs Pointwise with Python.")
  oneOf(["Network", "Surface"], text)
})
arrived()
for (const type of ["change", "pointerup", "keyup"])
  document.querySelector("main").addEventListener(type, () => FIELDS.forEach((name, at) => keep(name, value(at))))
await import("../../inpage/house_page.js")
