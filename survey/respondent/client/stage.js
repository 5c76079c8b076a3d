/**
 * The place where screens appear, one at a time.
 *
 * Law: a screen is a function that gives its nodes and can be called again at any moment (another language, another
 * size); the focus goes to the heading of a new screen, so that nobody has to look for it.
 */
import { replace } from './dom.js'
import { t } from './language.js'

export class Stage {
  constructor(place) {
    this.place = place
    this.hasShown = false
  }

  /** Take a screen and say to everybody that it is a new one; the very first leaves the focus where the browser put it. */
  go(screen) {
    this.screen = screen
    this.show()
    window.scrollTo(0, 0)
    const focus = this.place.querySelector('[data-focus]')
    if (!focus) return
    if (this.hasShown) focus.focus({ preventScroll: true })
    this.hasShown = true
  }

  /** Draw the present screen again. */
  show() {
    replace(this.place, this.screen())
    const here = this.place.querySelector('#where') || this.place.querySelector('[data-focus]')
    document.title = (here ? here.textContent + ' · ' : '') + t('page.title')
  }
}
