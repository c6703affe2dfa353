// The page of claims: the one that the address names is shown at once, and alone in a frame of another page.

import "./claims.js"
import { arrived, embedded, field, found, keep, oneOf } from "./frame.js"

const all = [...document.querySelectorAll(".claim")], names = all.map(({ dataset }) => dataset.name)
let chosen = null

function go(name) {
  chosen = name
  keep("claim", name)
}

for (const link of found("contents").querySelectorAll("a")) link.addEventListener("click", () => go(link.dataset.name))
field("claim", "claim", () => chosen, (text) => {
  chosen = oneOf(names, text)
  const claim = all[names.indexOf(chosen)]
  if (embedded) all.forEach((one) => { one.hidden = one !== claim })
  claim.scrollIntoView({ block: "start" })
})
arrived()
