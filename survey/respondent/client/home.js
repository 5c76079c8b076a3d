/**
 * The page for typing a code: checks the typing on the phone, then goes to the answer page with the code in the
 * fragment, which no server sees.
 */
import { readCode } from './protocol/code.js'

const form = document.getElementById('code-form')
const switcher = document.getElementById('language')
let language = 'zh-CN'

/** Both languages stand in the page; the other one is hidden. Nothing is asked of the server. */
function show() {
  document.documentElement.lang = language
  document.querySelectorAll('[data-says]').forEach((node) => (node.hidden = node.lang !== language))
  switcher.hidden = false
  switcher.textContent = language === 'en' ? '中文' : 'English'
  switcher.lang = language === 'en' ? 'zh-CN' : 'en'
}

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
  else location.assign('/e/' + chosen.value + '#c=' + code + '&l=' + (language === 'en' ? 'en' : 'zh'))
}

switcher.addEventListener('click', () => {
  language = language === 'en' ? 'zh-CN' : 'en'
  show()
})
if (form) {
  form.addEventListener('submit', go)
  form.hidden = false
}
show()
