/**
 * The phone's own back key goes to the question before: every screen is an entry in the history.
 *
 * Law: an entry holds a random draft name, the number of a screen and the choice of language and size; never an
 * answer, never a code.
 */
export class Trail {
  /** choices(): what the bar wants remembered; follow(entry) shows what an entry stands for. */
  constructor(choices, follow) {
    this.choices = choices
    this.follow = follow
    window.addEventListener('popstate', (event) => follow(event.state || {}, true))
    // Another slip scanned in the same tab changes nothing but the fragment.
    window.addEventListener('hashchange', () => location.hash && location.reload())
  }

  get here() {
    return history.state || {}
  }

  /** Change the present entry. */
  note(fields) {
    history.replaceState({ ...this.here, ...fields }, '')
  }

  /** A new entry; `isReturning`: the person came from the review and goes back to it. */
  forward(screen, isReturning = false) {
    const entry = { ...this.here, ...this.choices(), screen, isReturning, depth: (this.here.depth || 0) + 1 }
    history.pushState(entry, '')
    this.follow(entry)
  }

  /** To the entry before where it is a screen of this visit, else to `screen` in place of the present one. */
  back(screen) {
    if (this.here.depth > 1 && this.here.screen !== undefined) {
      history.back()
      return
    }
    this.note({ screen, isReturning: false })
    this.follow(this.here)
  }

  forget() {
    history.replaceState(null, '')
  }
}
