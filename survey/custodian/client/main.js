/** The custodians' page: which screen it is by where the round stands, and what this browser has kept. */
import { h, replace } from '../../respondent/client/dom.js'
import { startHelper } from './helper.js'
import { currentLanguage, setLanguage, t } from './language.js'
import { Server } from './net.js'
import { Refusal } from './protocol/refusal.js'
import { isReplacing } from './seat.js'
import { showEnded } from './views/ended.js'
import { Making } from './views/making.js'
import { showKeeping } from './views/keeping.js'
import { showOpening } from './views/opening.js'
import { facts, trouble, waiting } from './views/parts.js'

const BEFORE_OPENING = ['frozen', 'printed', 'open']

/** {k: secret, f: fingerprint of what was agreed} of the link's fragment, which no server ever sees. */
function invitation() {
  const pairs = location.hash.slice(1).split('&').map((pair) => pair.split('='))
  const { k, f } = Object.fromEntries(pairs)
  if (!k || !f) throw new Refusal('no-link')
  return { secret: k, fingerprint: f }
}

class Visit {
  constructor(place) {
    this.place = place
    this.again = () => this.begin()
  }

  /** Draw a screen; drawn again in the other language when that is chosen. */
  show(draw) {
    this.draw = draw
    const nodes = draw()
    replace(this.place, this.seat ? facts(this.seat) : null, ...[].concat(nodes))
    document.title = t('title')
    const heading = this.place.querySelector('[data-focus]')
    if (heading) heading.focus()
  }

  fail(error, again = this.again) {
    const refusal = error instanceof Refusal ? error : new Refusal('program', { detail: String(error) })
    this.show(() => trouble(refusal, this.seat, again))
  }

  async begin() {
    this.show(() => waiting(t('opening')))
    try {
      if (!window.isSecureContext || !window.crypto.subtle || typeof BigInt !== 'function') throw new Refusal('old')
      const { secret, fingerprint } = invitation()
      this.ask = this.ask || startHelper()
      this.server = new Server(secret)
      const seat = await this.server.board()
      await this.ask('check', { document: seat.board, fingerprint })
      this.seat = seat
      await this.go()
    } catch (error) {
      this.fail(error)
    }
  }

  go() {
    const { state, verification_key: key } = this.seat
    if (isReplacing(this.seat)) return new Making(this).begin()
    if (state === 'draft' && !key) return new Making(this).begin()
    if (state === 'draft' || BEFORE_OPENING.includes(state)) return showKeeping(this)
    if (state === 'closed') return showOpening(this)
    return showEnded(this)
  }
}

function begin() {
  const visit = new Visit(document.getElementById('page'))
  const button = document.getElementById('language')
  const speak = (language) => {
    setLanguage(language)
    replace(button, h('span', { lang: language === 'zh' ? 'en' : 'zh-CN' }, t('language')))
    if (visit.draw) visit.show(visit.draw)
  }
  button.hidden = false
  button.addEventListener('click', () => speak(currentLanguage() === 'zh' ? 'en' : 'zh'))
  speak((navigator.language || '').toLowerCase().startsWith('en') ? 'en' : 'zh')
  window.addEventListener('hashchange', () => location.reload())
  visit.begin()
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin)
else begin()
