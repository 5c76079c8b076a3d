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

/** The sentence of a key, with {name} filled in. */
export function t(key, values = {}) {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole))
}

/** The text of a questionnaire entry; a form in Chinese only stays Chinese, and is marked as such. */
export const said = (entry) => entry[language] || entry.zh
export const tagOf = (entry) => (entry[language] ? null : TAGS.zh)
