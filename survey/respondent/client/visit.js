/**
 * One visit to the answer page: which screen follows which, and what the person's steps change.
 *
 * Law: what a person does is written to the draft at once; whatever fails becomes a screen that says what to do. A
 * visit at a shared tablet differs in a few ways: kiosk.js.
 */
import { hideAddress } from './address.js'
import { Bar } from './bar.js'
import { castBallot, drawToken } from './errands.js'
import { contentOf, excess, screensOf } from './form.js'
import { guard } from './guard.js'
import { setLanguage, t } from './language.js'
import { askForManifest, compared, loadManifest } from './manifest.js'
import { Stage } from './stage.js'
import { newDraft, openStore } from './store.js'
import { Trail } from './trail.js'
import { Trouble } from './trouble.js'
import { choice } from './views/choice.js'
import { landing } from './views/landing.js'
import { cleared, clearing, opening, sealedView, troubleView, waiting } from './views/plain.js'
import { receiptView } from './views/receipt.js'
import { remark } from './views/remark.js'
import { review } from './views/review.js'

export class Visit {
  /** place: where screens appear; address: as readAddress() gave it; integrity: what the page says of this script. */
  constructor(place, address, integrity) {
    this.address = address
    this.integrity = integrity
    this.stage = new Stage(place)
    this.bar = new Bar(() => this.stage.show())
    this.screens = []
    this.isShared = false
  }

  async begin() {
    const { address } = this
    const remembered = history.state || {}
    setLanguage(address.language || remembered.language)
    if (address.isLarge) this.bar.isLarge = true
    hideAddress(remembered)
    this.early = askForManifest(address.evaluation)
    this.trail = new Trail(
      () => this.bar.choices,
      (entry, isPopped) => isPopped && this.isBusy ? null : this.follow(entry)
    )
    guard({
      // Another page of this phone may have gone on meanwhile.
      mayBeBehind: () => this.store && this.store.isLasting && !this.isShared,
      // Without storage a reload would lose the vote.
      isOnlyCopy: () => this.draft && (this.draft.pending || this.draft.token) && !this.store.isLasting,
    })
    this.go(opening)
    this.store = await this.openStore()
    this.bar.begin(this.store.isLasting)
    await this.welcome(remembered)
  }

  go(screen) {
    this.stage.go(screen)
  }

  openStore() {
    return openStore(() => this.bar.warn())
  }

  async welcome(remembered) {
    await this.attempt(() => this.open(remembered))
  }

  /** Find or make the draft, fetch the manifest, show where one is. */
  async open(remembered) {
    const { evaluation, code, hasCode, fingerprint } = this.address
    const drafts = (await this.store.all(Date.now())).filter((draft) => draft.evaluation === evaluation)
    const unsent = drafts.filter((draft) => !draft.receipt).sort((a, b) => b.touched - a.touched)
    if (hasCode) this.draft = code && (unsent.find((draft) => draft.code === code) || this.draft)
    else this.draft = this.draft || drafts.find((draft) => draft.id === remembered.draft) || unsent[0]
    if (hasCode && !code) throw new Trouble('unknown-code')
    if (!this.draft && !code) throw new Trouble('no-code')
    if (!this.draft) this.draft = newDraft(evaluation, code, fingerprint, Date.now())
    // The slip in hand outweighs what an older visit kept.
    if (fingerprint) this.draft.fingerprint = fingerprint
    await this.store.save(this.draft, this.draft)
    this.trail.note({ draft: this.draft.id })
    this.go(opening)
    await this.load(this.draft.fingerprint)
    this.resume(remembered)
  }

  async load(fingerprint) {
    const { early } = this
    this.early = null
    this.manifest = await loadManifest(this.address.evaluation, early, fingerprint, this.integrity)
    this.screens = screensOf(this.manifest.facts.questionnaire, this.manifest.facts.entitled)
  }

  resume(remembered) {
    const { draft } = this
    if (draft.receipt || draft.sealed) this.follow(remembered)
    else if (draft.token && remembered.screen !== undefined) this.follow(remembered)
    else if (draft.pending) this.start()
    else this.toLanding()
  }

  toLanding() {
    const { manifest, screens, draft } = this
    const isResumed = Boolean(draft.token || draft.pending)
    const mustCompare = !draft.fingerprint && !isResumed
    this.go(() => landing({ manifest, screens, isResumed, mustCompare, start: () => this.start() }))
  }

  async start() {
    const { draft, manifest, store } = this
    // Whoever presses the button has compared the check mark; a reload holds the server to it.
    if (!draft.fingerprint) {
      draft.fingerprint = manifest.fingerprint
      await store.save(draft, { fingerprint: draft.fingerprint })
    }
    compared(manifest)
    await this.attempt(async () => {
      if (!draft.token) this.go(() => waiting('wait.token'))
      await drawToken(draft, manifest, store)
      if (draft.receipt || draft.sealed) this.follow({})
      else this.trail.forward(this.firstOpen())
    })
  }

  firstOpen() {
    const open = this.screens.findIndex((screen) => !this.isAnswered(screen))
    return open < 0 ? this.screens.length : open
  }

  isAnswered({ kind, code }) {
    return kind === 'text' ? code in this.draft.texts : code in this.draft.answers
  }

  /** Show what an entry of the history stands for, if it still can be; number screens.length is the review. */
  follow({ screen, isReturning }) {
    const { draft } = this
    if (!draft || !this.manifest) return
    if (this.isCleared) this.stage.show()
    else if (draft.receipt) this.toReceipt()
    else if (draft.sealed) this.go(() => sealedView({ send: () => this.send() }))
    else if (!draft.token || screen === undefined) this.toLanding()
    else if (screen >= this.screens.length) this.toReview()
    else this.toQuestion(screen, isReturning)
  }

  toQuestion(index, isReturning) {
    const screen = this.screens[index]
    const { draft, store, isShared } = this
    const total = this.screens.length
    const keep = (field, value) => {
      draft[field] = { ...draft[field], [screen.code]: value }
      draft.touched = Date.now()
      return store.save(draft, { [field]: draft[field], touched: draft.touched })
    }
    const onward = () => (isReturning ? this.trail.back(total) : this.trail.forward(index + 1))
    const common = () => ({
      screen,
      index,
      total,
      nextLabel: t(isReturning ? 'question.return' : index + 1 === total ? 'question.toreview' : 'question.next'),
      back: index > 0 || isReturning ? () => this.trail.back(isReturning ? total : index - 1) : null,
      clear: () => this.toClearing(index),
    })
    const chosen = () => ({ chosen: draft.answers[screen.code], choose: (code) => keep('answers', code), next: onward })
    const written = () => ({
      text: draft.texts[screen.code] || '',
      write: (text) => keep('texts', text),
      next: async () => {
        await keep('texts', draft.texts[screen.code] || '')
        onward()
      },
    })
    if (screen.kind === 'choice') this.go(() => choice({ ...common(), ...chosen(), hasDigits: isShared }))
    else this.go(() => remark({ ...common(), ...written() }))
  }

  toReview() {
    const { draft, screens, manifest } = this
    this.go(() =>
      review({
        screens,
        content: contentOf(screens, draft.answers, draft.texts),
        manifest,
        change: (index) => this.trail.forward(index, true),
        back: () => this.trail.back(screens.length - 1),
        send: () => this.send(),
      })
    )
  }

  async send() {
    const { draft, manifest, screens, store } = this
    // The count would have to refuse the whole ballot.
    const tooLong = screens.findIndex((screen) => excess(screen, draft.texts[screen.code]) > 0)
    if (tooLong >= 0 && !draft.sealed) return this.trail.forward(tooLong, true)
    await this.attempt(async () => {
      this.go(() => waiting('wait.send'))
      await castBallot(draft, manifest, screens, store)
      this.toReceipt()
    })
  }

  toReceipt() {
    const { manifest, isShared } = this
    const { receipt } = this.draft
    this.go(() => receiptView({ receipt, facts: manifest.facts, clear: () => this.leave(), isShared }))
  }

  toClearing(index) {
    this.go(() => clearing({ clear: () => this.clearAnswers(), keep: () => this.toQuestion(index, false) }))
  }

  async clearAnswers() {
    Object.assign(this.draft, { answers: {}, texts: {} })
    await this.store.save(this.draft, { answers: {}, texts: {} })
    this.toLanding()
  }

  async leave() {
    await this.store.erase(this.draft.id)
    this.isCleared = true
    this.trail.forget()
    this.go(cleared)
  }

  /** Do something that can fail; a failure becomes a screen that says what to do, and can do the same again. */
  async attempt(work) {
    this.isBusy = true
    try {
      await work()
    } catch (error) {
      await this.explain(error, work)
    } finally {
      this.isBusy = false
    }
  }

  async explain(error, work) {
    const { draft, store } = this
    let trouble = error instanceof Trouble ? error : new Trouble('refused')
    const isFault = trouble !== error
    const isSealed = Boolean(draft && draft.sealed)
    if (isSealed && trouble.kind === 'not-collecting') trouble = new Trouble('closed')
    // A code that buys nothing leaves nothing worth keeping.
    if (draft && ['unknown-code', 'code-already-used'].includes(trouble.kind)) {
      await store.erase(draft.id)
      draft.pending = null
    }
    this.go(() => troubleView({ trouble, isSealed, ...this.waysOut(work) }))
    // A fault of ours is not hidden from the console.
    if (isFault) {
      setTimeout(() => {
        throw error
      })
    }
  }

  waysOut(work) {
    return { again: () => this.attempt(work), toReview: () => this.toReview(), clear: () => this.leave() }
  }
}
