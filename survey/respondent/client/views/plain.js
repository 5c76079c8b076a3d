/** Screens that say one thing: waiting, troubles, clearing, the end of the end, and a browser that cannot. */
import { button, h, heading, link, primary } from '../dom.js'
import { t } from '../language.js'
import { deeds } from './deeds.js'

/** Waiting for the page itself. */
export const opening = () => [h('p', { class: 'waiting', role: 'status' }, t('wait.open'))]

/** Waiting for something the person asked for: the focus goes here, so it is spoken, and is not lost meanwhile. */
export const waiting = (key) => [h('p', { class: 'waiting', tabindex: '-1', 'data-focus': true }, t(key))]

/**
 * What happened, what to do, one way on, and what this page did until then; startOver only on a shared tablet, where
 * there is no other page.
 */
export function troubleView({ trouble, again, toReview, clear, isSealed, startOver }) {
  const ways = {
    again: () => primary(t('trouble.again'), again, { id: 'again' }),
    code: () => link('/', t('trouble.code'), { class: 'main' }),
    review: () => primary(t('question.return'), toReview, { id: 'again' }),
    none: () => null,
  }
  return [
    h(
      'div',
      { class: 'trouble', role: 'alert' },
      heading(t(isSealed ? 'trouble.title.sealed' : 'trouble.title')),
      h('p', { class: 'say', 'data-kind': trouble.kind }, t('say.' + trouble.kind)),
      h('p', null, t('do.' + trouble.kind))
    ),
    h(
      'div',
      { class: 'actions' },
      startOver && trouble.wayOut === 'code' ? null : ways[trouble.wayOut](),
      clear && trouble.isOver && button(t('receipt.clear'), clear, { id: 'clear' }),
      startOver && button(t('kiosk.over'), startOver, { id: 'over' })
    ),
    deeds(),
  ]
}

/** Escape keeps, as everybody expects of a question like this. */
export function clearing({ clear, keep }) {
  return h(
    'div',
    { onKeydown: (event) => event.key === 'Escape' && keep() },
    heading(t('clear.title')),
    h('p', null, t('clear.what')),
    h(
      'div',
      { class: 'actions' },
      button(t('clear.keep'), keep, { id: 'keep' }),
      button(t('clear.do'), clear, { class: 'quiet stop', id: 'clear' })
    )
  )
}

export function cleared() {
  return [
    heading(t('cleared.title')),
    h('p', null, t('cleared.what')),
    h('div', { class: 'actions' }, link('/', t('cleared.next'), { class: 'quiet' })),
  ]
}

/** A sealed ballot found on the phone after a reload. */
export function sealedView({ send }) {
  return [
    heading(t('sealed.title')),
    h('p', null, t('sealed.what')),
    h('div', { class: 'actions' }, primary(t('sealed.send'), send, { id: 'send' })),
  ]
}

export function unable(reason) {
  return [heading(t('old.title')), h('p', null, t(reason)), h('p', null, t('old.do'))]
}
