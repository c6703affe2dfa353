// What all pages of the site have: what is known of it, what an address says and what of that cannot be shown, what lasts
// in this browser, and links to what is shown.

import { make, say } from "../../inpage/elements.js"

const VERSIONS = ["1"]
const ALWAYS = ["v", "embed", "embed_options", "hide", "ask"] // names that every page knows
const PARTS = { sidebar: "bare", verdicts: "unjudged" } // what can be hidden, and the class that hides it
const LONGEST = { said: 40, question: 200 } // letters
const query = new URLSearchParams(location.search)
const fields = new Map() // what a link says of this page: by its name there, the text of what is shown now

export const found = (id) => document.getElementById(id)
export const about = JSON.parse(found("about").textContent)
export const asked = (name) => query.get(name)
export const embedded = query.has("embed")

const KEY = `pointwise:${new URL(about.root, location.href).pathname}`
const look = document.documentElement.classList
look.toggle("bare", embedded)

// What lasts under a name until the visitor deletes it, or is kept from now on; nothing where the browser keeps nothing.
export function lasting(name, value) {
  try {
    const all = JSON.parse(localStorage.getItem(KEY)) ?? {}
    if (value !== undefined) localStorage.setItem(KEY, JSON.stringify({ ...all, [name]: value }))
    return value ?? all[name]
  } catch {
    return value
  }
}

const short = (text) => (text.length > LONGEST.said ? `${text.slice(0, LONGEST.said)}…` : text)

function problem(sentence) {
  const place = found("problems")
  place.hidden = false
  place.append(make("p", {}, sentence))
}

// A part of the address that cannot be used, and why.
export function cannot(what, text, why) {
  problem(`The link's ${what} “${short(text)}” cannot be shown. ${why}`)
}

// A name of this page's address: ``now()`` is what a link says, null for nothing, and ``take(text)`` uses what this address
// says, or throws an Error with a sentence on what there is.
export async function field(name, what, now, take) {
  fields.set(name, now)
  const text = asked(name)
  if (text === null) return
  try {
    await take(text)
  } catch (error) {
    cannot(what, text, error.message)
  }
}

// A check of a text against what there is.
export function oneOf(options, text) {
  if (!options.includes(text)) throw new Error(`There is ${options.slice(0, -1).join(", ")} and ${options.at(-1)}.`)
  return text
}

export function within(low, high, text) {
  const value = Number(text)
  if (!text.trim() || !(value >= low && value <= high)) throw new Error(`It goes from ${low} to ${high}.`)
  return value
}

// Puts a name and its text into the address, or takes it out.
export function keep(name, text) {
  const now = new URL(location.href)
  if (text === null) now.searchParams.delete(name)
  else now.searchParams.set(name, text)
  if (now.href !== location.href) history.replaceState(history.state, "", now)
}

// Once a page has named its fields: what the address says beside them.
export function arrived() {
  const hidden = (asked("hide") ?? "").split(",").filter(Boolean)
  for (const part of hidden)
    if (part in PARTS) look.add(PARTS[part])
    else if (part !== "code") problem(`The link hides “${short(part)}”, which is not here.`)
  const version = asked("v") ?? VERSIONS[0]
  if (!VERSIONS.includes(version)) problem(`This link is of a later version (${short(version)}); what this one understands is shown.`)
  for (const name of new Set(query.keys()))
    if (!ALWAYS.includes(name) && !fields.has(name))
      problem(`This page knows nothing called “${short(name)}”, which the link speaks of.`)
  const question = asked("ask")?.trim().slice(0, LONGEST.question)
  if (question) {
    say(found("question"), question)
    found("question").hidden = false
  }
}

// The address of what is shown now.
export async function link(more = {}) {
  const to = new URL(location.pathname, location.href)
  to.searchParams.set("v", VERSIONS.at(-1))
  for (const [name, now] of fields) {
    const text = await now()
    if (text !== null && text !== undefined) to.searchParams.set(name, text)
  }
  for (const [name, text] of Object.entries(more)) to.searchParams.set(name, text)
  return to.href
}

async function offer() {
  const address = await link({ embed: "true" })
  const frame = make("iframe", { src: address, title: document.title, width: "100%", height: 700, loading: "lazy" })
  found("link").value = await link()
  found("frame").value = frame.outerHTML
}

const share = found("share")
share.addEventListener("toggle", () => share.open && offer())
for (const button of share.querySelectorAll("button"))
  button.addEventListener("click", async () => {
    await offer()
    const text = found(button.dataset.copies)
    text.select()
    await navigator.clipboard?.writeText(text.value).catch(() => {}) // where it may not, the text is selected
    say(found("copied"), "Copied.")
  })
