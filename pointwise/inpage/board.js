// The pixels of the drawing, read off the canvas component's own canvases.

const sheets = new WeakMap() // a canvas to read from, by whoever reads

export function canvases() {
  for (const place of document.querySelectorAll(".st-key-board [data-testid=stBidiComponentIsolated]")) {
    const both = ["lower", "upper"].map((name) => `canvas.dc-canvas.${name}-canvas`)
    const [lower, upper] = both.map((selector) => place.shadowRoot?.querySelector(selector))
    if (lower && upper) return { lower, upper }
  }
  return null
}

// Finished strokes are on the lower canvas, the one that is being drawn on the upper one.
export function pixels(reader, { lower, upper }) {
  const { width, height } = lower
  const sheet = sheets.get(reader) ?? document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  sheets.set(reader, sheet)
  const { canvas } = sheet
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  sheet.clearRect(0, 0, width, height)
  sheet.drawImage(lower, 0, 0)
  sheet.drawImage(upper, 0, 0, width, height)
  return { rgba: sheet.getImageData(0, 0, width, height).data, height, width }
}
