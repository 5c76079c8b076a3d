/**
 * One question with one answer out of a few. "Don't know" and "leave blank" are rows like the others: they are
 * answers, not failures.
 */
import { button, h, primary } from '../dom.js'
import { said, t, tagOf } from '../language.js'
import { feet, progress, questionHeading } from './progress.js'

export const SKIPPED = ''

function row(option, digit, chosen, choose) {
  return h(
    'label',
    { class: 'option' },
    h('input', {
      type: 'radio',
      name: 'answer',
      value: option.code,
      checked: chosen === option.code,
      onChange: () => choose(option.code),
    }),
    h('span', { lang: tagOf(option.text) }, said(option.text), digit && h('kbd', { 'aria-hidden': 'true' }, digit))
  )
}

/**
 * A clerk who enters paper forms keeps one hand on the digits. They work only while the focus is in the question
 * (WCAG 2.1.4), and leave it where Enter goes on.
 */
function chooseByDigit(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return
  const input = event.currentTarget.querySelectorAll('.option input')[event.key - 1]
  if (!input) return
  input.focus()
  input.click()
}

/**
 * chosen: option code, SKIPPED, or undefined where nothing was said yet; choose(code) keeps it;
 * next(), back() and clear() leave the screen; hasDigits: a digit chooses too, and the page says so.
 */
export function choice({ screen, index, total, chosen, choose, next, back, clear, nextLabel, hasDigits }) {
  const complaint = h('p', { class: 'complaint', role: 'alert' })
  const rows = screen.options.map((option) => ({ code: option.code, text: option }))
  rows.push({ code: SKIPPED, text: { zh: t('question.skip'), en: t('question.skip') } })
  let current = chosen
  const keep = (code) => {
    current = code
    complaint.textContent = ''
    choose(code)
  }
  const goOn = async () => {
    if (current === undefined) complaint.textContent = t('question.pick')
    else await next()
  }
  return [
    progress(index, total),
    h(
      'form',
      { onKeydown: hasDigits && chooseByDigit },
      h(
        'fieldset',
        null,
        h(
          'legend',
          null,
          screen.part && h('span', { class: 'part', lang: tagOf(screen.part) }, said(screen.part)),
          screen.lead && h('span', { class: 'lead', lang: tagOf(screen.lead) }, said(screen.lead)),
          questionHeading(screen)
        ),
        rows.map((option, at) => row(option, hasDigits && String(at + 1), chosen, keep))
      ),
      hasDigits && h('p', { class: 'hint' }, t('kiosk.digits')),
      complaint,
      feet({
        next: primary(nextLabel, goOn, { id: 'next', type: 'submit' }),
        back: back && button(t('question.back'), back, { id: 'back' }),
        clear: button(t('question.clear'), clear, { class: 'link' }),
      })
    ),
  ]
}
