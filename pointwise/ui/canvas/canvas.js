// Two habits of the drawing canvas mended. It has a toolbar that cannot be seen until the pointer is over the canvas, and
// lies on its upper right corner until then: a stroke that began there would be lost, or would press a button. The page
// has undo and clear of its own, so the toolbar is taken away. And it waits 200 ms before it sends a stroke: who is
// quicker, and goes to another page meanwhile, would lose the stroke. So it is told to send as soon as the stroke has
// been read (inpage/reader.js). Where its parts are not found, nothing happens.

const bare = new CSSStyleSheet()
bare.replaceSync(".dc-toolbar { display: none !important }")
const instances = new WeakMap()

function roots(key) {
  const place = `.st-key-${key} [data-testid="stBidiComponentIsolated"]`
  return [...document.querySelectorAll(`${place}, ${place} *`)].flatMap((element) => element.shadowRoot ?? [])
}

function take(key) {
  for (const root of roots(key)) if (!root.adoptedStyleSheets.includes(bare)) root.adoptedStyleSheets.push(bare)
}

function send(key) {
  for (const root of roots(key)) root.querySelector(".dc-toolbar button")?.click() // "Update the app with this drawing"
}

function watch(instance) {
  const observer = new MutationObserver(() => take(instance.key))
  observer.observe(document.body, { childList: true, subtree: true })
  const read = () => send(instance.key)
  window.addEventListener("pointwise-read", read)
  return () => {
    observer.disconnect()
    window.removeEventListener("pointwise-read", read)
  }
}

export default function ({ data, parentElement }) {
  const instance = instances.get(parentElement) ?? {}
  instances.set(parentElement, instance)
  instance.key = data.key
  instance.end ??= watch(instance)
  take(data.key)
  return () => {
    instance.end()
    instances.delete(parentElement)
  }
}
