/**
 * The page for typing a code: checks the typing on the phone, then goes to the answer page with the code in the
 * fragment, which no server sees.
 */
import { begin, choices } from './both.js'
import { readCode } from './protocol/code.js'

const form = document.getElementById('code-form')

function complain(name) {
  document.querySelectorAll('[data-complaint]').forEach((node) => (node.hidden = node.dataset.complaint !== name))
}

function go(event) {
  event.preventDefault()
  const chosen = form.querySelector('[name=evaluation]:checked')
  const code = readCode(form.elements.code.value)
  complain(!chosen ? 'evaluation' : !code ? 'code' : null)
  if (!chosen) form.querySelector('[name=evaluation]').focus()
  else if (!code) form.elements.code.focus()
  else location.assign('/e/' + chosen.value + '#c=' + code + (choices() && '&' + choices()))
}

if (form) {
  form.addEventListener('submit', go)
  form.hidden = false
}
begin()
