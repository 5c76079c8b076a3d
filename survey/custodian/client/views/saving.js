/** The share, to be saved as a file and on paper; stays in this browser until the custodian says that it is saved. */
import { button, h, heading, primary } from '../../../respondent/client/dom.js'
import { forget } from '../keeping.js'
import { t } from '../language.js'
import { recordId } from '../seat.js'
import { paperSheet } from './parts.js'

export function showSaving(visit, { file, paper, words }) {
  const { seat } = visit
  let isSaved = false
  const said = h('p', { class: 'complaint', role: 'alert' })
  const name = seat.board.custodians[seat.index - 1]
  const download = () => {
    const address = URL.createObjectURL(new Blob([file], { type: 'application/json' }))
    const link = h('a', { href: address, download: `${name}.share` })
    link.click()
    setTimeout(() => URL.revokeObjectURL(address), 10000)
    isSaved = true
    said.textContent = ''
  }
  const finish = async () => {
    if (!isSaved) {
      said.textContent = t('save.first')
      return
    }
    await forget(recordId(seat))
    visit.begin()
  }
  visit.show(() => [
    heading(t('save.title')),
    h('p', null, t('save.why')),
    seat.board.replaces ? h('p', { class: 'warning' }, t('replace.delete')) : null,
    said,
    h(
      'p',
      { class: 'actions' },
      primary(t('save.file'), download),
      button(t('save.print'), () => window.print()),
      button(t('save.done'), finish),
    ),
    paperSheet(seat, paper, words),
  ])
}

