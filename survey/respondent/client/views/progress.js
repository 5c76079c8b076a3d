/** What every question has: where one is, in words and as a thin bar; its heading; the ways on and back. */
import { h } from '../dom.js'
import { said, t, tagOf } from '../language.js'

export function progress(index, total) {
  return h(
    'div',
    { class: 'progress' },
    h('p', { id: 'where' }, t('question.progress', { k: index + 1, n: total })),
    h('progress', { max: String(total), value: index + 1, 'aria-labelledby': 'where' })
  )
}

/** The question itself: the focus goes here when its screen appears. */
export function questionHeading({ question }) {
  const attributes = { id: 'question', class: 'question', tabindex: '-1', 'data-focus': true, lang: tagOf(question) }
  return h('h1', attributes, said(question))
}

/** Back and next, in the flow of the page, and the way to clear everything. */
export function feet({ back, next, clear }) {
  return [
    h('div', { class: 'actions onward' }, next, back),
    h('p', { class: 'kept' }, h('span', null, t('question.kept')), ' ', clear),
  ]
}
