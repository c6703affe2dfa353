// The networks of the site, each fetched once, when it is asked for.

import { unpack } from "../../inpage/network.js"
import { about } from "./frame.js"

const asked = new Map() // promises by name
const here = new Map() // networks by name

// The network of that name if it is here already.
export const known = (name) => here.get(name) ?? null

// The network of that name; ``progress(share)`` says how much of it has come. Throws an Error where it cannot be fetched.
export function load(name, progress = () => {}) {
  if (!asked.has(name)) {
    asked.set(name, fetched(name, progress))
    asked.get(name).catch(() => asked.delete(name))
  }
  return asked.get(name)
}

async function fetched(name, progress) {
  const { file, bytes: size, title } = about.networks[name], bytes = new Uint8Array(size)
  let count = 0
  try {
    const response = await fetch(new URL(about.root + file, location.href))
    if (!response.ok) throw new Error(response.statusText)
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) break
      bytes.set(value, count)
      count += value.length
      progress(count / size)
    }
    if (count !== size) throw new Error("it is not whole")
  } catch (error) {
    throw new Error(`${title} could not be loaded. Try again.`, { cause: error })
  }
  here.set(name, unpack(bytes))
  return here.get(name)
}
