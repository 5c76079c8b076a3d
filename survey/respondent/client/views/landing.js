/**
 * The first page: what is asked, how a ballot stays anonymous (the drawing), and what cannot be hidden, in the same
 * size of type. Pressing "start" is the person's own act; nothing has been sent before it but the question for
 * the manifest.
 */
import { inGroups } from '../protocol/bytes.js'
import { h, heading, link, primary } from '../dom.js'
import { deeds } from './deeds.js'
import { currentLanguage, said, t, TAGS, tagOf } from '../language.js'

const STEPS = ['slip', 'token', 'sealed', 'box', 'sum']
const LIMITS = ['network', 'server', 'words', 'screen', 'phone']

/** The five pictures stand in the page as a template; the sentences beside them tell the same story. */
export function drawing(values) {
  const pictures = document.getElementById('drawing').content.cloneNode(true).querySelectorAll('svg')
  return h(
    'ol',
    { class: 'story' },
    STEPS.map((step, index) => h('li', null, pictures[index], h('p', null, told('landing.' + step, values))))
  )
}

/** The names of the holders stay Chinese inside an English sentence, and are marked as such. */
function told(key, { names, ...values }) {
  const [before, after] = t(key, { ...values, names: '\n' }).split('\n')
  return [before, after !== undefined && [h('span', { lang: TAGS.zh }, names), after]]
}

export function fact(key, value, tag) {
  return h('div', null, h('dt', null, t(key)), h('dd', { lang: tag || null }, value))
}

/** What the sentences about the box name. */
export function holders({ opening_key: openingKey, minimum_group: minimum }) {
  return {
    n: openingKey.custodians.length,
    names: openingKey.custodians.map((custodian) => custodian.name).join(t('text.and')),
    threshold: openingKey.threshold,
    minimum,
  }
}

export const limits = (keys) => h('ul', { class: 'limits' }, keys.map((key) => h('li', null, t(key))))

const moment = (iso) =>
  new Date(iso).toLocaleString(TAGS[currentLanguage()], { dateStyle: 'long', timeStyle: 'short' })

/** In another tab: who reads it keeps the place here. */
const honestLink = () => link('/honest', t('landing.honest'), { target: '_blank' })

/** start: what the button does; mustCompare: the slip's check mark was not in the address; isResumed: go on. */
export function landing({ manifest, screens, start, mustCompare, isResumed }) {
  const { facts, fingerprint } = manifest
  const { questionnaire } = facts
  return [
    heading(h('span', { lang: tagOf(questionnaire.title) }, said(questionnaire.title))),
    h(
      'dl',
      { class: 'facts' },
      fact('landing.team', facts.team, TAGS.zh),
      fact('landing.round', facts.round, TAGS.zh),
      facts.closes_at && fact('landing.until', moment(facts.closes_at)),
      fact('landing.length', t('landing.questions', { n: screens.length }))
    ),
    h('h2', null, t('landing.how')),
    drawing(holders(facts)),
    h('h2', null, t('landing.limits')),
    limits(LIMITS.map((limit) => 'landing.limit.' + limit)),
    h('p', null, honestLink()),
    h('h2', null, t('landing.about')),
    questionnaire.intro && h('p', { lang: tagOf(questionnaire.intro) }, said(questionnaire.intro)),
    h('p', null, t('landing.free')),
    isResumed ? h('p', { class: 'note' }, t('landing.resume.why')) : h('p', null, t('landing.once')),
    mustCompare && comparison(fingerprint),
    h(
      'div',
      { class: 'actions' },
      primary(t(isResumed ? 'landing.resume' : mustCompare ? 'landing.start.compared' : 'landing.start'), start, {
        id: 'start',
      })
    ),
    deeds(),
  ]
}

function comparison(fingerprint) {
  return h(
    'section',
    { class: 'note', 'aria-labelledby': 'compare' },
    h('h2', { id: 'compare' }, t('landing.compare')),
    h('p', null, t('landing.compare.why')),
    h('p', { class: 'mark' }, h('span', { class: 'visually-hidden' }, t('landing.fingerprint')), inGroups(fingerprint))
  )
}
