/**
 * The page that answers: is this receipt in the box? After closing it does not take the server's word: it computes
 * the proof itself (protocol/merkle.js) and shows the root, which the office publishes.
 */
import { begin, show } from './both.js'
import { ask } from './net.js'
import { fromHex, inGroups, toBase32, toHex } from './protocol/bytes.js'
import { verifyInclusion } from './protocol/merkle.js'
import { readReceipt } from './protocol/receipt.js'

const form = document.getElementById('receipt-form')
const result = document.getElementById('result')

function complain(name) {
  document.querySelectorAll('[data-complaint]').forEach((node) => (node.hidden = node.dataset.complaint !== name))
}

/** The sentences stand in the page as templates, in both languages; values fill their marked places. */
function say(kind, values = {}) {
  while (result.firstChild) result.removeChild(result.firstChild)
  if (!kind) return
  result.appendChild(document.getElementById('say-' + kind).content.cloneNode(true))
  result.dataset.kind = kind
  for (const [name, value] of Object.entries(values)) {
    result.querySelectorAll('[data-value=' + name + ']').forEach((node) => (node.textContent = value))
  }
  result.querySelectorAll('a[data-audit]').forEach((node) => (node.href = '/e/' + values.evaluation + '/audit.zip'))
  show()
  result.scrollIntoView({ block: 'nearest' })
}

/** -> the kind of sentence, and what it shows. */
async function check(evaluation, receipt) {
  const path = '/e/' + evaluation + '/receipts/' + toHex(receipt)
  let answer
  try {
    answer = JSON.parse(new TextDecoder().decode(await ask(path, { expect: 'application/json' })))
  } catch (trouble) {
    return [trouble.kind === 'not-found' ? 'elsewhere' : 'unreachable']
  }
  if (typeof answer.root !== 'string') return [answer.included === true ? 'in-open-box' : 'not-found']
  const shown = { size: String(answer.tree_size), root: inGroups(answer.root) }
  if (answer.included !== true) return ['not-counted', shown]
  try {
    const nodes = answer.inclusion_path.map(fromHex)
    await verifyInclusion(receipt, answer.leaf_index, answer.tree_size, nodes, fromHex(answer.root))
  } catch (error) {
    return ['wrong-proof', shown]
  }
  return ['proved', { ...shown, place: String(answer.leaf_index + 1) }]
}

let named = null // by a scanned address; it may be one that is no longer listed

async function go(event) {
  if (event) event.preventDefault()
  const { evaluation: list, receipt: field } = form.elements
  const read = readReceipt(field.value)
  if (read && read.evaluation) {
    named = read.evaluation
    list.value = named
  }
  const evaluation = list.value || named
  complain(!evaluation ? 'evaluation' : !read ? 'receipt' : null)
  say(null)
  if (!evaluation) list.focus()
  else if (!read) field.focus()
  else {
    say('asking')
    const [kind, values] = await check(evaluation, read.receipt)
    say(kind, { ...values, evaluation })
  }
}

/** A scanned receipt stands behind the #; it is taken from there and removed from the address. */
function takeAddress() {
  const read = readReceipt(location.hash)
  if (!read) return
  form.elements.receipt.value = inGroups(toBase32(read.receipt))
  named = read.evaluation
  form.elements.evaluation.value = named
  history.replaceState(null, '', location.pathname)
  go()
}

begin()
if (form && window.crypto && crypto.subtle && window.TextDecoder) {
  form.addEventListener('submit', go)
  window.addEventListener('hashchange', takeAddress)
  form.hidden = false
  takeAddress()
}
