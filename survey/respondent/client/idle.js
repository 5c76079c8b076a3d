/**
 * Somebody walked away from a shared tablet: after two minutes without a touch it is wiped. The last thirty seconds
 * are counted down where everybody can see and hear it, and any touch or key stops them (WCAG 2.2.1).
 */
import { button, h, replace } from './dom.js'
import { gap, t } from './language.js'

export const PATIENCE = 120 // seconds
export const WARNING = 30

export class Idle {
  /** isWatching(): whether there is anything to wipe now; reset() wipes it. */
  constructor(isWatching, reset) {
    this.isWatching = isWatching
    this.reset = reset
    this.place = h('div', { id: 'idle', role: 'alert' })
    document.body.appendChild(this.place)
    this.touch()
    for (const event of ['pointerdown', 'keydown', 'input', 'touchstart', 'wheel']) {
      document.addEventListener(event, () => this.touch(), { passive: true, capture: true })
    }
    setInterval(() => this.look(), 1000)
  }

  touch() {
    this.since = Date.now()
    if (this.shown) this.look()
  }

  look() {
    if (!this.isWatching()) this.since = Date.now()
    const left = PATIENCE - Math.floor(Math.abs(Date.now() - this.since) / 1000)
    if (left <= 0) {
      this.since = Date.now()
      this.say(null)
      this.reset()
    } else {
      this.say(left <= WARNING ? left : null)
    }
  }

  /** Spoken once, when it appears; the seconds are only shown. */
  say(left) {
    if (left === null) {
      const hadFocus = this.place.contains(document.activeElement)
      if (this.shown) replace(this.place)
      this.shown = null
      const back = hadFocus && document.querySelector('[data-focus]')
      if (back) back.focus({ preventScroll: true })
    } else if (this.shown) {
      this.shown.textContent = t('idle.left', { n: left })
    } else {
      this.shown = h('span', { 'aria-hidden': true }, t('idle.left', { n: left }))
      replace(
        this.place,
        h('p', null, t('idle.warning'), gap(), this.shown),
        button(t('idle.stay'), () => this.touch(), { class: 'main', id: 'stay' })
      )
    }
  }
}
