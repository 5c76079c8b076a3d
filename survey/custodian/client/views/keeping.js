/** Between making and opening: saving what is not saved yet, and testing the share. */
import { h, heading } from '../../../respondent/client/dom.js'
import { kept } from '../keeping.js'
import { t } from '../language.js'
import { ownOf, recordId } from '../seat.js'
import { Making } from './making.js'
import { passphraseForm, sentence, shareChooser } from './parts.js'
import { showSaving } from './saving.js'

export async function showKeeping(visit) {
  const record = await kept(recordId(visit.seat))
  if (record && record.file) return showSaving(visit, record)
  // Everybody confirmed while this browser was closed: the share is still to be put together.
  if (record) return new Making(visit).begin()
  return visit.show(() => [heading(t('keep.title')), h('p', null, t('keep.why')), ...testing(visit)])
}

function testing(visit) {
  const chooser = shareChooser()
  const good = h('p', { class: 'message', role: 'status' })
  const work = async ([passphrase]) => {
    good.textContent = ''
    try {
      const { seat } = visit
      const question = { text: await chooser.text(), passphrase, own: ownOf(seat), challenge: seat.challenge }
      await visit.server.test(await visit.ask('test', question))
      good.textContent = t('test.good')
      return ''
    } catch (error) {
      if (error.kind) return sentence(error, visit.seat)
      throw error
    }
  }
  return [
    h('h2', null, t('test.title')),
    h('p', null, t('test.why')),
    passphraseForm([[t('pass.old'), null, 'current-password']], t('test.go'), work, chooser.node),
    good,
  ]
}

