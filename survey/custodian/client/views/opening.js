/**
 * The opening: what will be opened, the digest to compare, and the work on it.
 *
 * Law: nothing is computed before the custodian said that the digest is the published one, and then for exactly the
 * list with that digest.
 */
import { button, h, heading } from '../../../respondent/client/dom.js'
import { forgetAll } from '../keeping.js'
import { list, t } from '../language.js'
import { openingPrefix } from '../opening-memory.js'
import { Refusal } from '../protocol/refusal.js'
import { ownOf } from '../seat.js'
import { passphraseForm, sentence, shareChooser, waiting } from './parts.js'

const LARGE = 50000 // ballots from which a page needs more than a minute (docs/ceremony.md)
const PER_MINUTE = 50000

export async function showOpening(visit) {
  if (visit.seat.given.includes(visit.seat.index)) return showDone(visit)
  visit.show(() => waiting(t('open.loading')))
  const bytes = await visit.server.boxes()
  const { header, digest } = await visit.ask('list', { bytes })
  // The server published a digest at closing; a list with another one is not even shown.
  if (digest !== visit.seat.boxes_digest) throw new Refusal('foreign-list')
  return visit.show(() => listScreen(visit, bytes, header, digest))
}

function listScreen(visit, bytes, header, digest) {
  const { seat } = visit
  const given = seat.given.map((index) => seat.board.custodians[index - 1])
  const chooser = shareChooser()
  const agreed = h('input', { type: 'checkbox' })
  const bar = h('progress', { class: 'long', max: '1', value: 0, 'aria-label': t('open.bar') })
  const progress = h('p', { role: 'status' })
  const cancel = button(t('open.cancel'), () => visit.ask('cancel'))
  const working = h('div', { hidden: true }, bar, progress, h('p', { class: 'actions' }, cancel))
  let partial = null // once made, it is only handed in again
  const work = async ([passphrase]) => {
    if (!agreed.checked) return t('open.unagreed')
    working.hidden = false
    try {
      const question = { text: await chooser.text(), passphrase, own: ownOf(seat), bytes, digest }
      partial = partial || (await visit.ask('open', question, tell))
      progress.textContent = t('open.sending')
      await visit.server.give(partial)
    } catch (error) {
      working.hidden = true
      if (error.kind !== 'network') partial = null
      if (error.kind) return sentence(error, seat)
      throw error
    }
    await showDone(visit)
    return ''
  }
  let said = null
  function tell(done, total) {
    bar.value = total ? done / total : 1
    const percent = total ? Math.floor((10 * done) / total) * 10 : 100 // spoken ten times, not a thousand
    if (percent !== said) progress.textContent = t('open.progress', { percent })
    said = percent
  }
  return [
    heading(t('open.title')),
    h('p', null, t('open.what')),
    teams(header),
    h('h2', null, t('open.digest')),
    h('p', { class: 'hex' }, digest.match(/.{1,8}/g).join(' ')),
    h('p', null, t('open.compare')),
    h('p', null, given.length ? t('open.given', { names: list(given) }) : t('open.nobody')),
    header.count > LARGE ? h('p', { class: 'warning' }, t('open.large', { minutes: Math.ceil(header.count / PER_MINUTE) })) : null,
    h('label', { class: 'field' }, agreed, ' ', t('open.agree')),
    // The sentence stands before the button, as on every form that cannot be undone.
    passphraseForm([[t('pass.old'), null, 'current-password']], t('open.go'), work, [
      chooser.node,
      h('p', { class: 'final' }, t('open.hint')),
    ]),
    working,
  ]
}

function teams(header) {
  const row = (kind, name, ballots) =>
    h('tr', null, h(kind, kind === 'th' ? { scope: 'row' } : null, name), h('td', { class: 'n' }, String(ballots)))
  return h(
    'table',
    { class: 'table' },
    h('thead', null, h('tr', null, h('th', { scope: 'col' }, t('open.team')), h('th', { scope: 'col', class: 'n' }, t('open.ballots')))),
    h('tbody', null, header.evaluations.map((one) => row('td', one.team, one.ballots)), row('th', t('open.all'), header.count)),
  )
}

async function showDone(visit) {
  await forgetAll(openingPrefix(ownOf(visit.seat)))
  visit.show(() => [
    heading(t('open.done.title')),
    h('p', null, t('open.done', { threshold: visit.seat.board.threshold })),
    h('p', null, t('open.done.next')),
  ])
}
