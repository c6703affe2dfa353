// A run's snapshots played back. All that is painted was sent once: nothing is asked of the server while the slider
// moves or plays. Where Python wants to know, the snapshot is reported when the slider has been let go.

import { write } from "../../inpage/bars.js"
import { drawing, nearest, prices } from "./replay_views.js"

const PACE = 150, CALM = 700 // milliseconds a snapshot is shown; the latter where people asked for less motion
const SETTLE = 400 // milliseconds after the last change before it is reported
const instances = new WeakMap()

function show(instance, at) {
  const { root, data } = instance
  instance.at = at
  const slider = root.querySelector("input"), step = `Step ${data.steps[at].toLocaleString("en-US")}`
  const text = `${step} of ${data.total.toLocaleString("en-US")}`
  slider.value = at
  slider.setAttribute("aria-valuetext", text)
  write(root.querySelector(".step"), text)
  instance.view.paint(instance)
}

// A snapshot that somebody chose, which ends the playing.
function choose(instance, at) {
  pause(instance)
  show(instance, at)
  settle(instance)
}

function settle(instance) {
  clearTimeout(instance.settling)
  instance.settling = setTimeout(() => instance.report?.("snapshot", instance.at), SETTLE)
}

function pause(instance) {
  clearTimeout(instance.playing)
  instance.playing = null
  write(instance.root.querySelector("button"), "Play")
  instance.root.querySelector("[aria-live]").setAttribute("aria-live", "polite")
}

function play(instance) {
  const { root, data } = instance
  write(root.querySelector("button"), "Pause")
  root.querySelector("[aria-live]").setAttribute("aria-live", "off")
  const pace = matchMedia("(prefers-reduced-motion: reduce)").matches ? CALM : PACE
  const onwards = () => {
    if (instance.at < instance.data.steps.length - 1) {
      show(instance, instance.at + 1)
      instance.playing = setTimeout(onwards, pace)
    } else {
      pause(instance)
      settle(instance)
    }
  }
  if (instance.at === data.steps.length - 1) show(instance, 0)
  instance.playing = setTimeout(onwards, pace)
}

function begin(root, data) {
  const instance = { root, data, at: null, playing: null, view: data.dollars ? prices : drawing }
  const slider = root.querySelector("input")
  slider.addEventListener("input", () => {
    pause(instance)
    show(instance, slider.valueAsNumber)
  })
  slider.addEventListener("change", () => settle(instance))
  root.querySelector("button").addEventListener("click", () => {
    if (instance.playing === null) return play(instance)
    pause(instance)
    return settle(instance)
  })
  instance.choose = (at) => choose(instance, at)
  instance.view.listen(instance)
  return instance
}

// The snapshot to go on with when there are others than before: the last stays the last, any other its step.
export function kept(before, at, steps) {
  return at === before.length - 1 ? steps.length - 1 : nearest(steps, before[at])
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector("section")
  const known = instances.get(parentElement)
  const instance = known ?? begin(root, data)
  instances.set(parentElement, instance)
  const last = data.steps.length - 1
  const at = known ? kept(known.data.steps, known.at, data.steps) : Math.min(data.start ?? last, last)
  Object.assign(instance, { data, report: data.report ? setStateValue : null })
  root.querySelector("input").max = last
  instance.parts = instance.view.prepare(instance)
  show(instance, at)
  return () => {
    clearTimeout(instance.playing)
    clearTimeout(instance.settling)
    instances.delete(parentElement)
  }
}
