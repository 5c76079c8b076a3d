/** "Question 7 of 33", in words and as a thin bar, at the top of every question. */
import { h } from '../dom.js'
import { t } from '../language.js'

export function progress(index, total) {
  return h(
    'div',
    { class: 'progress' },
    h('p', { id: 'where' }, t('question.progress', { k: index + 1, n: total })),
    h('progress', { max: String(total), value: index + 1, 'aria-labelledby': 'where' })
  )
}

/** Back and next, in the flow of the page, and the way to clear everything. */
export function feet({ back, next, clear }) {
  return [
    h('div', { class: 'actions onward' }, next, back),
    h('p', { class: 'kept' }, h('span', null, t('question.kept')), ' ', clear),
  ]
}
