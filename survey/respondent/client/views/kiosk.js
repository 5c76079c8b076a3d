/** A shared tablet: the start screen with the code typed by hand, and the end of one person's turn. */
import { inGroups } from '../protocol/bytes.js'
import { readCode } from '../protocol/code.js'
import { h, heading, primary } from '../dom.js'
import { said, t, TAGS, tagOf } from '../language.js'
import { drawing, fact, holders, limits } from './landing.js'

/** start(code): what the button does with a code that is well formed. */
export function kioskStart({ manifest, screens, start }) {
  const { facts, fingerprint } = manifest
  const complaint = h('p', { class: 'complaint', role: 'alert' })
  const field = h('input', {
    type: 'text',
    class: 'code',
    id: 'code',
    'aria-describedby': 'code-hint',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    enterkeyhint: 'go',
    placeholder: ' ', // so that :placeholder-shown tells whether something was typed
  })
  const go = async () => {
    const code = readCode(field.value)
    complaint.textContent = code ? '' : t('kiosk.wrong')
    if (!code) return field.focus()
    field.value = ''
    await start(code)
  }
  return [
    heading(h('span', { lang: tagOf(facts.questionnaire.title) }, said(facts.questionnaire.title))),
    h('p', null, t('kiosk.shared')),
    h(
      'dl',
      { class: 'facts' },
      fact('landing.team', facts.team, TAGS.zh),
      fact('landing.round', facts.round, TAGS.zh),
      fact('landing.length', t('landing.questions', { n: screens.length })),
      fact('landing.fingerprint', h('span', { class: 'mark' }, inGroups(fingerprint)))
    ),
    h('p', null, t('kiosk.compare')),
    h(
      'form',
      null,
      h('label', { class: 'field', for: 'code' }, t('kiosk.code')),
      h('p', { id: 'code-hint' }, t('kiosk.code.hint')),
      field,
      complaint,
      h('div', { class: 'actions' }, primary(t('landing.start.compared'), go, { id: 'start', type: 'submit' }))
    ),
    h('h2', null, t('landing.how')),
    drawing(holders(facts)),
    h('h2', null, t('landing.limits')),
    limits([...['network', 'server', 'words', 'screen'].map((limit) => 'landing.limit.' + limit), 'kiosk.limit']),
    h('p', null, t('landing.free')),
  ]
}
