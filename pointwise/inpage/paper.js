// Strokes on paper, and the picture of a drawing that is read: what stands on its canvases, on one of so many pixels.

export const INK = "#ffffff"
const PAPER = "#0b0f14"
const FINEST = 4 // how much finer it is on a fine screen

// Paper with strokes on it, whose points and width are shares of a sheet that is ``width`` by ``height``. One by hand is
// rounded between them, as the app's canvas does; one that has a ``paint`` of its own is painted by that.
export function strokesOnPaper(context, strokes, width, height) {
  Object.assign(context, { fillStyle: PAPER, strokeStyle: INK, lineCap: "round", lineJoin: "round" })
  context.fillRect(0, 0, width, height)
  for (const one of strokes) line(context, one, width, height)
}

export function line(context, { points, pen, byHand, paint }, width, height) {
  if (paint) return paint(context, width, height)
  const [first, ...rest] = points.map(([x, y]) => [x * width, y * height])
  context.lineWidth = pen * height
  context.beginPath()
  context.moveTo(...first)
  if (byHand) {
    let [x, y] = first
    for (const [nextX, nextY] of rest) {
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2)
      x = nextX
      y = nextY
    }
    context.lineTo(...(rest.at(-1) ?? [x + 0.01, y]))
  } else for (const point of rest) context.lineTo(...point)
  context.stroke()
}

// The layers of a sheet that is ``size`` pixels of its own, each with ``detail`` pixels of the picture, one over the other.
// They lie on paper with the strokes ``under`` them. What all is painted on is kept as ``sheet.paper``.
export function onPaper(sheet, layers, under = []) {
  const scale = Math.min(layers[0].width / sheet.size[0], FINEST) * sheet.detail
  const [width, height] = sheet.size.map((side) => Math.round(side * scale))
  sheet.paper ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  const { canvas } = sheet.paper
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  strokesOnPaper(sheet.paper, under, width, height)
  for (const layer of layers) sheet.paper.drawImage(layer, 0, 0, width, height)
  return { rgba: sheet.paper.getImageData(0, 0, width, height).data, height, width }
}
