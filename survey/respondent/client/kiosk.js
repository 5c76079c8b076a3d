/**
 * A visit at a shared tablet: one person after another, and nothing of the one for the next.
 *
 * Law: nothing on the tablet's disk, no entry of the history that leads back to a person, and the start screen after
 * everybody, also after whoever walked away.
 */
import { checks } from './checks.js'
import { Idle } from './idle.js'
import { setLanguage, speakOfTablet } from './language.js'
import { forgetRequests } from './net.js'
import { newDraft } from './store.js'
import { Tickets } from './tickets.js'
import { Trouble } from './trouble.js'
import { Visit } from './visit.js'
import { kioskStart } from './views/kiosk.js'

export class KioskVisit extends Visit {
  constructor(...given) {
    super(...given)
    this.isShared = true
    speakOfTablet()
  }

  async openStore() {
    return new Tickets()
  }

  async welcome() {
    this.trail.forget()
    await this.attempt(async () => {
      await this.load(null)
      if (this.manifest.facts.kiosk !== true) throw new Trouble('not-found')
      this.toStart()
    })
    const isWatching = () => !this.isBusy && (this.draft || document.querySelector('#code:not(:placeholder-shown)'))
    new Idle(isWatching, () => this.leave())
  }

  toStart() {
    const { manifest, screens } = this
    this.go(() => kioskStart({ manifest, screens, start: (code) => this.take(code) }))
  }

  async take(code) {
    const { manifest, store } = this
    this.draft = store.find(code) || newDraft(manifest.facts.evaluation, code, manifest.fingerprint, Date.now())
    if (this.draft.sealed) this.follow({})
    else await this.start()
  }

  /** The way back from the first question is the idle reset. */
  toLanding() {
    this.toQuestion(0, false)
  }

  /** Whatever the last person chose, wrote or set is gone; the start screen is there. */
  leave() {
    if (!this.manifest) return location.reload()
    if (this.draft) this.store.put(this.draft)
    this.draft = null
    forgetRequests()
    for (const name of ['stamp', 'receipt']) checks.delete(name)
    this.trail.forget()
    setLanguage('zh')
    this.bar.reset()
    this.toStart()
  }

  waysOut(work) {
    return { ...super.waysOut(work), clear: null, startOver: () => this.leave() }
  }
}
