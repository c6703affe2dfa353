// The drawing canvas has a toolbar that cannot be seen until the pointer is over the canvas, and lies on its upper right
// corner until then: a stroke that began there would be lost, or would press a button. The page has undo and clear of
// its own, so the toolbar is taken away. Where it is not found, nothing happens.

const bare = new CSSStyleSheet()
bare.replaceSync(".dc-toolbar { display: none !important }")

function take(key) {
  const place = `.st-key-${key} [data-testid="stBidiComponentIsolated"]`
  for (const element of document.querySelectorAll(`${place}, ${place} *`)) {
    const root = element.shadowRoot
    if (root && !root.adoptedStyleSheets.includes(bare)) root.adoptedStyleSheets.push(bare)
  }
}

export default function ({ data }) {
  const watcher = new MutationObserver(() => take(data.key))
  watcher.observe(document.body, { childList: true, subtree: true })
  take(data.key)
  return () => watcher.disconnect()
}
