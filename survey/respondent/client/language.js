/**
 * The language of the page. One script carries both, and the choice stays on the phone: a request that named a
 * language would single out the few who read English.
 */
import en from './texts/en.js'
import zh from './texts/zh.js'

const TEXTS = { zh, en }
export const TAGS = { zh: 'zh-CN', en: 'en' }
let language = 'zh'

export const currentLanguage = () => language

export function setLanguage(chosen) {
  language = chosen === 'en' ? 'en' : 'zh'
  document.documentElement.lang = TAGS[language]
}

/** A path that tells the next page of this language and of large type. */
export function withChoices(path) {
  const isLarge = document.documentElement.classList.contains('elder')
  const told = [language === 'en' && 'l=en', isLarge && 's=1'].filter(Boolean).join('&')
  return told ? path + (path.includes('#') ? '&' : '#') + told : path
}

/** On a shared tablet the sentences speak of the tablet. */
let isTablet = false
const PHONE = { zh: /(?:这部|您的)手机/g, en: /\b([Tt]h|[Yy])(?:is|our|e) phone\b/g }
const TABLET = { zh: () => '这台平板', en: (phone) => (/^[TY]/.test(phone) ? 'This tablet' : 'this tablet') }

export function speakOfTablet() {
  isTablet = true
}

function sentence(key) {
  const text = TEXTS[language][key]
  return isTablet ? text.replace(PHONE[language], TABLET[language]) : text
}

/** The sentence of a key, with {name} filled in. */
export function t(key, values = {}) {
  return sentence(key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole))
}

/** What stands between two sentences: in Chinese the full stop brings its own room. */
export const gap = () => (language === 'en' ? ' ' : '')

/** The text of a questionnaire entry; a form in Chinese only stays Chinese, and is marked as such. */
export const said = (entry) => entry[language] || entry.zh
export const tagOf = (entry) => (entry[language] ? null : TAGS.zh)
