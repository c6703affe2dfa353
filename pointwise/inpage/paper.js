// The picture of a drawing that is read: what stands on its canvases, on one of so many pixels.

const FINEST = 4 // how much finer it is on a fine screen

// The layers of a sheet that is ``size`` pixels of its own, each with ``detail`` pixels of the picture, one over the other.
// What they are painted on is kept as ``sheet.paper``.
export function onPaper(sheet, layers) {
  const scale = Math.min(layers[0].width / sheet.size[0], FINEST) * sheet.detail
  const [width, height] = sheet.size.map((side) => Math.round(side * scale))
  sheet.paper ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  const { canvas } = sheet.paper
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  sheet.paper.clearRect(0, 0, width, height)
  for (const layer of layers) sheet.paper.drawImage(layer, 0, 0, width, height)
  return { rgba: sheet.paper.getImageData(0, 0, width, height).data, height, width }
}
