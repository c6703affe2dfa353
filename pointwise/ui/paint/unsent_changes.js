// Changes that the server does not have yet, by picture; they outlive the connection, and in this tab the page too.

import { paint, unseen, wait } from "./stroke_changes.js"

const PICTURES = 4 // whose changes are kept at most
const PATIENT = 2 // tries, which a server that computes may leave without an answer

function storage() {
  try {
    return window.sessionStorage
  } catch {
    return null // where a policy forbids it, they live as long as the page
  }
}

function restored(name) {
  try {
    return new Map(JSON.parse(storage()?.getItem(name) ?? "[]"))
  } catch {
    return new Map()
  }
}

function random() {
  return [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => (byte % 36).toString(36)).join("")
}

// ``late`` is called when several tries have not been answered in time.
export function unsentChanges(key, late) {
  const name = `pointwise.${key}`, client = random()
  const all = restored(name)
  let n = 0, tries = 0, timer = 0, sender = null, picture = null

  const waiting = () => all.get(picture) ?? []

  function keep() {
    try {
      if ([...all.values()].some((changes) => changes.length)) storage()?.setItem(name, JSON.stringify([...all]))
      else storage()?.removeItem(name)
    } catch {
      // Full: they live as long as the page.
    }
  }

  function send() {
    clearTimeout(timer)
    if (!sender || !waiting().length) return
    tries += 1
    if (tries > PATIENT) late()
    sender("changes", { picture, changes: waiting() })
    timer = setTimeout(send, wait(tries))
  }

  return {
    waiting,
    late: () => tries > PATIENT,
    newId: () => `${client}-${n + 1}`,
    add(change) {
      n += 1
      const changes = [...waiting(), [client, n, ...change]]
      all.delete(picture)
      all.set(picture, changes) // the latest picture last
      while (all.size > PICTURES) all.delete(all.keys().next().value)
      keep()
      tries = 0
      send()
    },
    paint(stroke) {
      this.add(paint({ ...stroke, id: this.newId() }))
    },
    // How the page reaches the server now, and what it has of a picture.
    use(next, shown, seen) {
      const back = !sender || shown !== picture
      sender = next
      picture = shown
      if (back) tries = 0
      const left = unseen(waiting(), seen)
      const fewer = left.length < waiting().length
      if (fewer) {
        all.set(picture, left)
        keep()
      }
      if (!left.length) {
        clearTimeout(timer)
        tries = 0
      } else if (back) send()
    },
    // Nothing is sent until there is a way again.
    rest() {
      clearTimeout(timer)
      sender = null
      tries = 0
    },
  }
}
