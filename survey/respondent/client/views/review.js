/**
 * Everything that will be sent, before it is sent: in words, and as the very bytes that are sealed. That nothing
 * can be changed afterwards stands before the button.
 */
import { button, h, heading, primary } from '../dom.js'
import { excess } from '../form.js'
import { said, t, tagOf } from '../language.js'
import { deeds, intention } from './deeds.js'

function groupsOf(screens) {
  const groups = []
  screens.forEach((screen, index) => {
    const title =
      screen.part || (screen.kind === 'text' ? 'review.texts' : screen.lead ? screen.lead : 'review.overall')
    const last = groups[groups.length - 1]
    if (last && last.title === title) last.entries.push({ screen, index })
    else groups.push({ title, entries: [{ screen, index }] })
  })
  return groups
}

function answerOf(screen, content) {
  if (screen.kind === 'text') return content.texts[screen.code] ? { plain: content.texts[screen.code] } : null
  const option = screen.options.find((candidate) => candidate.code === content.answers[screen.code])
  return option ? { option } : null
}

function entry({ screen, index }, content, change) {
  const answer = answerOf(screen, content)
  const over = excess(screen, content.texts[screen.code])
  return h(
    'li',
    null,
    h('p', { class: 'asked', lang: tagOf(screen.question) }, index + 1 + '. ' + said(screen.question)),
    h(
      'p',
      { class: answer ? 'answered' : 'answered blank' },
      answer
        ? answer.option
          ? h('span', { lang: tagOf(answer.option) }, said(answer.option))
          : answer.plain
        : t('review.blank')
    ),
    over > 0 && h('p', { class: 'complaint' }, t('text.over', { n: over })),
    button(t('review.change'), () => change(index), {
      class: 'link',
      'aria-label': t('review.change.of', { question: said(screen.question) }),
    })
  )
}

/** content: what contentOf() gave; manifest: as loaded; change(index), back() and send() leave. */
export function review({ screens, content, manifest, change, back, send }) {
  const bytes = manifest.facts.plaintext_length
  const answered = Object.keys(content.answers).length + Object.keys(content.texts).length
  const sender = primary(t('review.send'), send, { id: 'send' })
  return [
    heading(t('review.title')),
    button(t('review.skip'), () => sender.focus(), { class: 'link skip' }),
    h('p', null, t('review.count', { n: answered, m: screens.length - answered })),
    groupsOf(screens).map((group) => [
      typeof group.title === 'string'
        ? h('h2', null, t(group.title))
        : h('h2', { lang: tagOf(group.title) }, said(group.title)),
      h('ol', { class: 'answers' }, group.entries.map((item) => entry(item, content, change))),
    ]),
    h(
      'details',
      null,
      h('summary', null, t('review.all')),
      h('p', null, t('review.all.why', { n: bytes })),
      h('pre', { tabindex: '0', lang: 'en' }, JSON.stringify(content, null, 1)),
      intention(manifest)
    ),
    h('p', { class: 'final' }, t('review.final')),
    h(
      'div',
      { class: 'actions onward' },
      sender,
      button(t('review.back'), back, { id: 'back' })
    ),
    deeds(),
  ]
}
