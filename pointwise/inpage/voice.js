// What is said to people who do not see it happen, by whatever reads the screen to them, once it has said all else.

export function voice() {
  const region = document.createElement("div")
  region.setAttribute("role", "status")
  region.className = "pw-voice"
  region.style.cssText = "position: fixed; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)"
  document.body.append(region) // before there is anything to say, else nothing is said
  return {
    say: (text) => {
      if (region.textContent !== text) region.textContent = text
    },
    end: () => region.remove(),
  }
}
