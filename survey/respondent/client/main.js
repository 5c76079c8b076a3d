/** The answer page's only script: can this browser do it, and if so, begin. */
import { readAddress } from './address.js'
import { h, replace } from './dom.js'
import { KioskVisit } from './kiosk.js'
import { setLanguage, t } from './language.js'
import { unable } from './views/plain.js'
import { Visit } from './visit.js'

// Only while the script first runs does the page say which element loaded it.
const INTEGRITY = document.currentScript ? document.currentScript.integrity : ''

function whatIsMissing() {
  if (!window.isSecureContext) return 'old.insecure'
  const hasCrypto = window.crypto && crypto.subtle && typeof BigInt === 'function'
  return hasCrypto && window.TextEncoder && window.AbortController ? null : 'old.why'
}

function begin() {
  const place = document.getElementById('page')
  const missing = whatIsMissing()
  if (!missing) {
    const address = readAddress(location)
    new (address.isKiosk ? KioskVisit : Visit)(place, address, INTEGRITY).begin()
    return
  }
  const say = (language) => {
    setLanguage(language)
    return h('div', { lang: language === 'zh' ? 'zh-CN' : 'en' }, unable(missing))
  }
  replace(place, say('en'))
  place.insertBefore(say('zh'), place.firstChild)
  document.title = t('old.title')
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin)
else begin()
