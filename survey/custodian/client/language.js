/** The language of the page: Chinese first; the choice is made here and not sent. */
import en from './texts/en.js'
import zh from './texts/zh.js'

const TEXTS = { zh, en }
const TAGS = { zh: 'zh-CN', en: 'en' }
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

export const has = (key) => key in TEXTS[language]
export const list = (names) => names.join(language === 'zh' ? '、' : ', ')
