/** What several screens share. */
import { button, h, heading, primary } from '../../../respondent/client/dom.js'
import { qrOf } from '../../../respondent/client/qr.js'
import { currentLanguage, has, list, t } from '../language.js'

const row = (term, said) => h('div', null, h('dt', null, term), h('dd', null, said))

/** For which round, and in which place, one is here. */
export function facts(seat) {
  const { name, custodians, threshold } = seat.board
  return h(
    'dl',
    { class: 'facts' },
    row(t('who.round'), name),
    row(t('who.name'), custodians[seat.index - 1]),
    row(t('who.others'), list(custodians)),
    row(t('who.rule'), t('who.rule.said', { threshold, count: custodians.length })),
  )
}

export const waiting = (said) => h('p', { class: 'waiting', role: 'status' }, said)

/** One clear sentence for a refusal. */
export function sentence(refusal, seat) {
  const { kind, about } = refusal
  const key = has(`say.${kind}`) ? `say.${kind}` : 'say.refused'
  const name = about.index && seat ? seat.board.custodians[about.index - 1] : ''
  return t(key, { name, what: about.what ? t(`what.${about.what}`) : '', reason: about.stop ? stopWords(about.stop, seat) : '' })
}

/** Why the attempt ended, as the board tells it: {reason, index}. */
function stopWords({ reason, index }, seat) {
  const name = seat.board.custodians[index - 1] || String(index)
  return t(has(`stop.${reason}`) ? `stop.${reason}` : 'stop.other', { name })
}

export function trouble(refusal, seat, again) {
  return h(
    'section',
    { class: 'trouble', role: 'alert', 'data-kind': refusal.kind },
    heading(t('trouble.title')),
    h('p', null, sentence(refusal, seat)),
    again ? h('p', { class: 'actions' }, button(t('trouble.again'), again)) : null,
  )
}

export const complaint = () => h('p', { class: 'complaint', role: 'alert' })

export function field(label, hint, attributes) {
  return h('label', { class: 'field' }, label, hint ? h('small', null, hint) : null, h('input', attributes))
}

/** A form that asks for a passphrase and does `work(passphrase)`; a refusal is said beside it. */
export function passphraseForm(labels, goLabel, work, extra = []) {
  const fields = labels.map(([label, hint, autocomplete]) =>
    field(label, hint, { type: 'password', autocomplete, required: true }),
  )
  const inputs = fields.map((one) => one.querySelector('input'))
  const said = complaint()
  const go = primary(goLabel, async () => {
    said.textContent = ''
    said.textContent = (await work(inputs.map((input) => input.value))) || ''
  })
  const form = h('form', { onSubmit: (event) => event.preventDefault() }, extra, fields, said, h('p', { class: 'actions' }, go))
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target.tagName === 'INPUT') go.click()
  })
  return form
}

/** The key file, or what was typed from paper: {node, text()}. */
export function shareChooser() {
  const file = h('input', { type: 'file', accept: '.share,application/json' })
  const typed = h('textarea', { rows: '4', spellcheck: 'false', autocapitalize: 'characters' })
  const node = [
    h('label', { class: 'field' }, t('share.file'), file),
    h(
      'details',
      null,
      h('summary', null, t('share.paper')),
      h('label', { class: 'field' }, t('share.paper'), h('small', null, t('share.paper.hint')), typed),
    ),
  ]
  return { node, text: async () => (file.files.length ? file.files[0].text() : typed.value) }
}

export function wordList(words) {
  const spoken = words[currentLanguage()]
  return h(
    'ol',
    { class: 'words' },
    spoken.map((word, at) => h('li', null, h('small', null, String(at + 1)), word)),
  )
}

const SVG = 'http://www.w3.org/2000/svg'

function qr(prefix, text) {
  const rows = qrOf(prefix, text)
  const svg = document.createElementNS(SVG, 'svg')
  const edge = rows.length + 8 // four light modules on each side (ISO/IEC 18004)
  svg.setAttribute('viewBox', `-4 -4 ${edge} ${edge}`)
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', 'QR')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', rows.flatMap((cells, y) => cells.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join(''))
  svg.appendChild(path)
  return svg
}

/** The sheet that is printed; hidden on the screen. */
export function paperSheet(seat, { prefix, text, groups }, words) {
  return h(
    'section',
    { class: 'paper', 'aria-hidden': 'true' },
    h('h1', null, t('paper.title')),
    facts(seat),
    qr(prefix, text),
    h('p', { class: 'groups' }, groups),
    h('p', null, t('paper.words', { words: words.zh.join(' ') })),
    h('p', null, words.en.join(' ')),
    h('p', null, t('paper.why')),
  )
}
