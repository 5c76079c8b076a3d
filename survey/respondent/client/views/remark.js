/**
 * A question answered in words. It counts characters, and warns while one types what could identify somebody;
 * it forbids nothing but length.
 */
import { signsIn } from '../caution.js'
import { button, h, primary } from '../dom.js'
import { excess, lengthOf, tidyText } from '../form.js'
import { said, t, tagOf } from '../language.js'
import { feet, progress, questionHeading } from './progress.js'

/** text: what stands; write(text) keeps it; next(), back() and clear() leave the screen. */
export function remark({ screen, index, total, text, write, next, back, clear, nextLabel }) {
  const left = h('p', { id: 'left', class: 'left' })
  const caution = h('p', { class: 'caution', role: 'status' })
  const complaint = h('p', { class: 'complaint', role: 'alert' })
  const area = h('textarea', {
    id: 'remark',
    rows: '7',
    'aria-labelledby': 'question',
    'aria-describedby': 'hint left',
    autocomplete: 'off',
    value: text,
    onInput: () => {
      write(area.value)
      look()
    },
  })
  const look = () => {
    const over = excess(screen, area.value)
    const room = screen.maximum - lengthOf(tidyText(area.value))
    left.textContent = over ? t('text.over', { n: over }) : t('text.left', { n: room })
    left.classList.toggle('over', over > 0)
    const signs = signsIn(area.value).map((kind) => t('text.sign.' + kind))
    const warning = signs.length ? t('text.caution', { signs: signs.join(t('text.and')) }) : ''
    // Written only when it changes: a screen reader would say it again with every letter.
    if (caution.textContent !== warning) caution.textContent = warning
    complaint.textContent = ''
  }
  const goOn = async () => {
    const over = excess(screen, area.value)
    if (over) complaint.textContent = t('text.over', { n: over })
    else await next()
  }
  look()
  return [
    progress(index, total),
    questionHeading(screen),
    h(
      'div',
      { id: 'hint' },
      h('p', null, t('text.optional')),
      screen.lead && h('p', { lang: tagOf(screen.lead) }, said(screen.lead))
    ),
    area,
    left,
    caution,
    complaint,
    feet({
      next: primary(nextLabel, goOn, { id: 'next' }),
      back: button(t('question.back'), back, { id: 'back' }),
      clear: button(t('question.clear'), clear, { class: 'link' }),
    }),
  ]
}
