// Claims, each with a guess before its verdict. What was guessed first lasts, and makes the score.

import { say } from "../../inpage/elements.js"
import { found, lasting } from "./frame.js"

const GUESSES = "guesses" // what lasts
const all = [...document.querySelectorAll(".claim")]
const known = lasting(GUESSES)
const guesses = known && typeof known === "object" ? { ...known } : {}

function show(claim) {
  const { name, verdict } = claim.dataset, guess = guesses[name], right = guess === verdict
  claim.classList.toggle("guessed", guess !== undefined)
  for (const button of claim.querySelectorAll(".guess button"))
    button.setAttribute("aria-pressed", button.value === guess)
  if (guess !== undefined) say(claim.querySelector(".kindly"), right ? "You are right." : "Not this time.")
}

function score() {
  const told = all.filter(({ dataset }) => dataset.name in guesses)
  const right = told.filter(({ dataset }) => guesses[dataset.name] === dataset.verdict).length
  if (told.length) say(found("score"), `You guessed ${right} of ${told.length} right.`)
}

for (const claim of all) {
  claim.classList.add("asks")
  for (const button of claim.querySelectorAll(".guess button"))
    button.addEventListener("click", () => {
      guesses[claim.dataset.name] ??= button.value // later ones, with the answer in view, do not count
      lasting(GUESSES, guesses)
      show(claim)
      score()
    })
  show(claim)
}
score()
