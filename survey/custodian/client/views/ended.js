/**
 * After the count: the record of the opening, the signature under it, and then the end of the key.
 *
 * Law: a share is needed for the signature and for nothing after it; only then is the custodian told to delete it.
 */
import { h, heading } from '../../../respondent/client/dom.js'
import { forget, forgetAll } from '../keeping.js'
import { t } from '../language.js'
import { openingPrefix } from '../opening-memory.js'
import { givenBy } from '../protocol/statement.js'
import { ownOf, recordId } from '../seat.js'
import { passphraseForm, sentence, shareChooser } from './parts.js'

export async function showEnded(visit) {
  const { seat } = visit
  const { opening } = seat
  const isSigner = Boolean(opening && givenBy(opening, seat.index)) && !seat.signed.includes(seat.index)
  // Nothing is asked of this browser any more, so it keeps nothing either.
  if (!isSigner) await forget(recordId(seat))
  await forgetAll(openingPrefix(ownOf(seat)))
  visit.show(() => [
    heading(t('after.title')),
    ...(isSigner ? signing(visit) : farewell(seat)),
    ...(opening ? record(seat) : []),
  ])
}

function farewell({ signed, index }) {
  return [
    signed.includes(index) ? h('p', { role: 'status' }, t('sign.done')) : null,
    h('h2', null, t('delete.title')),
    h('p', null, t('delete.why')),
    h('ol', null, ['delete.file', 'delete.copies', 'delete.paper'].map((key) => h('li', null, t(key)))),
    h('p', { class: 'kept' }, t('delete.browser')),
  ]
}

function signing(visit) {
  const { seat } = visit
  const chooser = shareChooser()
  const agreed = h('input', { type: 'checkbox' })
  const work = async ([passphrase]) => {
    if (!agreed.checked) return t('sign.unagreed')
    try {
      const question = { text: await chooser.text(), passphrase, own: ownOf(seat), opening: seat.opening }
      await visit.server.sign(await visit.ask('sign', question))
    } catch (error) {
      if (error.kind) return sentence(error, seat)
      throw error
    }
    visit.begin()
    return ''
  }
  return [
    h('p', null, t('sign.why')),
    h('p', { class: 'hex' }, groups(seat.opening.record)),
    h('p', null, t('sign.compare')),
    h('label', { class: 'field' }, agreed, ' ', t('sign.agree')),
    passphraseForm([[t('pass.old'), null, 'current-password']], t('sign.go'), work, chooser.node),
  ]
}

const localTime = (moment) =>
  new Date(moment).toLocaleString(document.documentElement.lang, { dateStyle: 'long', timeStyle: 'short' })
const groups = (digest) => digest.match(/.{1,8}/g).join(' ')

/** Who opened, when, what was opened, what came out, what was destroyed. */
function record({ opening, board, signed }) {
  const row = (term, ...said) => h('div', null, h('dt', null, term), said.map((one) => h('dd', null, one)))
  const hexRow = (term, digest) => h('div', null, h('dt', null, term), h('dd', { class: 'digest' }, groups(digest)))
  const given = ({ index, name, partial }) => [
    h('li', null, name, signed.includes(index) ? ` ${t('record.signed')}` : '', h('br'), h('span', { class: 'digest' }, groups(partial))),
  ]
  return [
    h('h2', null, t('record.title')),
    h(
      'dl',
      { class: 'facts' },
      row(t('record.when'), localTime(opening.counted_at)),
      row(t('record.rule'), t('who.rule.said', { threshold: opening.threshold, count: board.custodians.length })),
      hexRow(t('record.list'), opening.boxes_digest),
      hexRow(t('record.record'), opening.record),
    ),
    h('h3', null, t('record.who')),
    h('ul', null, opening.opened_by.map(given)),
    h('h3', null, t('record.destroyed')),
    opening.destroyed.length ? h('ul', null, opening.destroyed.map(({ name }) => h('li', null, name))) : h('p', null, t('record.files')),
  ]
}
