/**
 * The store of a shared tablet: memory only, nothing on its disk.
 *
 * Law: answers never outlive the person in front of the tablet. What a code has bought and not used yet (a token, or a
 * sealed ballot that could not be sent) waits under its code until it is used or the page is closed: somebody who was
 * called away has not lost the vote, and whoever does not hold the slip finds nothing.
 */
import { taken } from './store.js'

export class Tickets {
  constructor() {
    this.isLasting = true // as long as it should
    this.waiting = new Map()
  }

  async save() {}

  async claim(draft, name, value) {
    return taken(draft, name, value)
  }

  async erase() {}

  /** What a code has bought here, or null. */
  find(code) {
    return this.waiting.get(code) || null
  }

  /** The person has left: keep what the code bought, never what was answered. */
  put(draft) {
    const { code, receipt, pending, token, sealed } = draft
    if (code && !receipt && (pending || token || sealed)) this.waiting.set(code, { ...draft, answers: {}, texts: {} })
    else this.drop(code)
  }

  drop(code) {
    this.waiting.delete(code)
  }
}
