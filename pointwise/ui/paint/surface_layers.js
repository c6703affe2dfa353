// What the server sends of a picture, as bytes: the length of some JSON in four bytes, that JSON, and what it is about.

import { strokeOf } from "./stroke_changes.js"

const newest = new Map() // of each kind of each surface, as opening one may take longer than opening the next

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

// What the bytes of a layer hold, besides its JSON.
const opened = {
  picture: async (bytes) => ({ image: await createImageBitmap(new Blob([bytes], { type: "image/png" })) }),
  strokes: (bytes) => {
    const painting = JSON.parse(new TextDecoder().decode(bytes))
    return { ...painting, strokes: painting.strokes.map(strokeOf), cleared: painting.cleared.map(strokeOf) }
  },
  answer: async (bytes, { pixels }) => {
    if (!bytes.length) return { labels: null, uncertainty: null }
    const all = await inflated(bytes)
    return { labels: all.subarray(0, pixels), uncertainty: all.length > pixels ? all.subarray(pixels) : null }
  },
}

// A layer of the surface ``surface``, once it is opened; null where a newer one was faster.
export async function unpacked(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const name = `${head.surface} ${head.kind}`
  newest.set(name, bytes)
  const found = { ...head, ...(await opened[head.kind](bytes.subarray(4 + length), head)) }
  return newest.get(name) === bytes ? found : null
}
