// A button that copies a text, and says so. Where the browser does not allow it, the text below can be selected.
export default function (component) {
  const { data, parentElement } = component
  let button = parentElement.querySelector("button")
  if (!button) {
    button = document.createElement("button")
    button.type = "button"
    const said = document.createElement("span")
    said.setAttribute("role", "status")
    parentElement.append(button, said)
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.text)
        said.textContent = "Copied"
      } catch {
        said.textContent = "Your browser does not allow it: select the link below"
      }
    })
  }
  if (button.dataset.text !== data.text) parentElement.querySelector("span").textContent = ""
  button.dataset.text = data.text
  button.textContent = data.label
}
