// Numbers as text and as colours, as pointwise/ui/frame/labels.py and colours.py make them. A change here is a change
// there; a test holds the two together.

const LEAST = 0.001, MOST = 0.999 // shares beyond are not told exactly

// As labels.probability writes it.
export function percent(share) {
  if (share > 0 && share < LEAST) return `< ${100 * LEAST} %`
  return share > MOST ? `> ${100 * MOST} %` : `${fixed(100 * share, 1)} %`
}

// As labels.dollars does.
export function dollars(value, signed = false) {
  const below = Math.floor(value), half = value - below === 0.5
  const whole = half ? below + Math.abs(below % 2) : Math.round(value)
  const sign = whole < 0 ? "-" : signed && whole > 0 ? "+" : ""
  return `${sign}$${BigInt(Math.abs(whole)).toLocaleString("en-US")}`
}

// As labels.number does.
export function written(value) {
  const size = Math.abs(value)
  if (size === 0) return "0"
  if (!(size >= 1e-4 && size < 1e12)) return short(value)
  const [whole, rest] = fixed(value, Math.max(0, 3 - Math.floor(Math.log10(size)))).split(".")
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "")
}

const DIVERGING = [[0, 114, 178], [245, 245, 245], [213, 94, 0]] // below 0, 0, above 0
const RISING = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]]

// As Scale.of makes it, or with ``around`` as Scale.around does.
export function scaleOf(values, around = false) {
  let least = 0, most = 0
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const high = Math.max(-least, most) || 1
  return around || least < 0 ? { low: -high, high, stops: DIVERGING } : { low: 0, high, stops: RISING }
}

// As Scale.coloured does: RGBA bytes, colours at even distances between ``low`` and ``high``.
export function coloured(values, { low, high, stops }) {
  const bytes = new Uint8ClampedArray(4 * values.length)
  for (let at = 0; at < values.length; at++) {
    const place = Math.min(Math.max((values[at] - low) / (high - low), 0), 1) * (stops.length - 1)
    const from = Math.min(Math.floor(place), stops.length - 2), share = place - from
    for (let c = 0; c < 3; c++) bytes[4 * at + c] = stops[from][c] * (1 - share) + stops[from + 1][c] * share
    bytes[4 * at + 3] = 255
  }
  return bytes
}

// JavaScript rounds a half away from zero, Python to the even digit. ``exact`` has ``more`` digits than are wanted.
function even(rounded, exact, more) {
  const kept = exact.slice(0, -more)
  return /^50*$/.test(exact.slice(-more)) && /[02468]\.?$/.test(kept) ? kept.replace(/\.$/, "") : rounded
}

// Python's format ".{decimals}f".
function fixed(value, decimals) {
  return even(value.toFixed(decimals), value.toFixed(40), 40 - decimals)
}

// Python's format ".3g" of numbers that are written with a power of ten.
function short(value) {
  if (!Number.isFinite(value)) return String(value)
  const [exact] = value.toExponential(40).split("e"), [rounded, power] = value.toExponential(2).split("e")
  const digits = even(rounded, exact, 38).replace(/\.?0+$/, "")
  return power === "-4" ? digits.replace("1", "0.0001") : `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`
}
