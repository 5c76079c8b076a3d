/**
 * The questionnaire of the manifest as a list of screens, and the answers as the bytes to be sealed.
 *
 * Law: item by item, never a grid; nobody is forced to answer; what is not answered is absent from the bytes.
 */
import { utf8 } from './protocol/bytes.js'

const SMALLEST_POOL_FOR_ROLE = 30

/**
 * Every screen: {kind: 'choice'|'text', code, question: {zh, en}, part: {zh, en}|null, lead, options, maximum}.
 * `lead` is the sentence that a list of items shares.
 */
export function screensOf(questionnaire, entitled) {
  const choice = (item, scale, part, lead = null) => ({
    kind: 'choice',
    code: item.code,
    question: item,
    part,
    lead,
    options: scale.options,
  })
  const { scales, dimensions, overall, checklist, optional_role_question: role, open_questions: texts } = questionnaire
  const screens = []
  for (const dimension of dimensions) {
    for (const item of dimension.items) screens.push(choice(item, scales[dimension.scale], dimension))
  }
  screens.push(choice(overall, scales[overall.scale], null))
  if (checklist) {
    for (const item of checklist.items) screens.push(choice(item, scales[checklist.scale], null, checklist))
  }
  // In a small pool a role is a name.
  if (role && role.enabled && entitled >= (role.min_batch_size || SMALLEST_POOL_FOR_ROLE)) {
    screens.push(choice(role, role, null))
  }
  for (const question of texts || []) {
    screens.push({
      kind: 'text',
      code: question.code,
      question,
      part: null,
      lead: questionnaire.open_hint || null,
      maximum: question.max_chars,
    })
  }
  return screens
}

/** Unicode code points, as the limit counts them (a rare character is one, not two). */
export const lengthOf = (text) => Array.from(text).length

/**
 * Controls but the newline, halves of characters, and marks that turn the direction of the text around them: no
 * report can print them. The count replaces them in the same way, so the review shows what will be read.
 */
const UNPRINTABLE =
  /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]/gu

export const tidyText = (text) => String(text).replace(/\r\n/g, '\n').replace(UNPRINTABLE, ' ').trim()

/** How many characters too many a remark has; 0 where it fits. */
export const excess = ({ kind, maximum }, text) =>
  kind === 'text' ? Math.max(0, lengthOf(tidyText(text || '')) - maximum) : 0

/** The canonical content of a ballot: only codes of this form, in its order; blanks and empty texts left out. */
export function contentOf(screens, answers, texts) {
  const content = { answers: {}, texts: {} }
  for (const screen of screens) {
    if (screen.kind === 'choice') {
      const code = answers[screen.code]
      if (screen.options.some((option) => option.code === code)) content.answers[screen.code] = code
    } else {
      const text = tidyText(texts[screen.code] || '')
      if (text) content.texts[screen.code] = text
    }
  }
  return content
}

export const encodeContent = (content) => utf8(JSON.stringify(content))
