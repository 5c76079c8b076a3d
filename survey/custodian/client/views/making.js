/**
 * Making the key: choosing a passphrase, going through the phases, comparing the check words; then the share is saved
 * (saving.js). One passes through here again after every interruption; what was said is kept before it is sent.
 */
import { button, h, heading, primary } from '../../../respondent/client/dom.js'
import { keep, kept } from '../keeping.js'
import { list, t } from '../language.js'
import { DONE, PHASES } from '../protocol/phases.js'
import { isLongEnough } from '../protocol/passphrase.js'
import { Refusal } from '../protocol/refusal.js'
import { ownOf, recordId } from '../seat.js'
import { passphraseForm, sentence, shareChooser, wordList } from './parts.js'
import { showSaving } from './saving.js'

const BESIDE = ['wrong-passphrase', 'foreign-share', 'broken-file'] // said beside the form
const PAUSE = 1000 // a handful of people, for some minutes

export class Making {
  constructor(visit) {
    this.visit = visit
    this.ask = visit.ask
    this.agreedTo = null // the check words that were compared
    this.objects = false // they differ
    this.shown = null
  }

  get seat() {
    return this.visit.seat
  }

  get id() {
    return recordId(this.seat)
  }

  async begin() {
    const record = await kept(this.id)
    this.visit.show(record ? () => this.resumeScreen(record) : () => this.beginScreen())
  }

  beginScreen() {
    const { threshold, custodians, replaces } = this.seat.board
    const brings = Boolean(replaces) && replaces.index !== this.seat.index // their share of the key as it is
    const chooser = brings ? shareChooser() : null
    const work = async (typed) => {
      const oldWords = brings ? typed.shift() : null
      const [passphrase, again] = typed
      if (!isLongEnough(passphrase)) return t('pass.short')
      if (passphrase !== again) return t('pass.differ')
      return this.enter(async () => {
        const old = brings ? { text: await chooser.text(), passphrase: oldWords, own: ownOf(this.seat) } : null
        const question = { document: this.seat.board, index: this.seat.index, passphrase, old }
        await keep({ id: this.id, locked: await this.ask('begin', question), file: null })
      })
    }
    const lines = [
      ...(brings ? [[t('pass.before'), null, 'current-password']] : []),
      [t('pass.new'), t('pass.new.hint'), 'new-password'],
      [t('pass.again'), null, 'new-password'],
    ]
    return [
      ...(replaces ? this.replacingWords() : [heading(t('begin.title'))]),
      replaces && brings ? null : h('p', null, t('begin.why', { threshold, count: custodians.length })),
      h('p', null, t(replaces ? 'replace.how' : 'begin.how')),
      h('p', null, t('begin.own')),
      passphraseForm(lines, t('begin.go'), work, chooser ? [h('h2', null, t('replace.old')), chooser.node] : []),
    ]
  }

  /** Who comes for whom; the place is the one that `replaces` names. */
  replacingWords() {
    const { board, index, holders } = this.seat
    const names = { lost: holders[board.replaces.index - 1], newcomer: board.custodians[board.replaces.index - 1] }
    const own = board.replaces.index === index ? 'newcomer' : 'others'
    return [heading(t(`replace.${own}.title`)), h('p', null, t(`replace.${own}.why`, names))]
  }

  resumeScreen(record) {
    const work = ([passphrase]) => this.enter(() => this.ask('resume', { locked: record.locked, passphrase }))
    return [
      heading(t('resume.title')),
      h('p', null, t('resume.why')),
      passphraseForm([[t('pass.old'), null, 'current-password']], t('resume.go'), work),
    ]
  }

  /** Do the work behind a form, then go on; a wrong passphrase is said beside the form, all else is a screen. */
  async enter(work) {
    try {
      await work()
    } catch (error) {
      if (error instanceof Refusal && BESIDE.includes(error.kind)) return sentence(error)
      this.visit.fail(error)
      return ''
    }
    this.goOn()
    return ''
  }

  /** Read, say, wait, until the key is made or somebody has to decide something. */
  async goOn() {
    try {
      for (;;) {
        const isOver = await this.step()
        if (isOver) return
        await new Promise((resolve) => setTimeout(resolve, PAUSE))
      }
    } catch (error) {
      this.shown = null
      // Somebody may have stopped the attempt while the words were compared: the board says so.
      if (error.kind === 'wrong-state') {
        this.visit.seat = await this.visit.server.board().catch(() => this.seat)
        if (this.seat.board.stopped !== null) return this.goOn()
      }
      // The draft stays in the worker: trying again goes on without the passphrase.
      this.visit.fail(error, () => this.goOn())
    }
    return null
  }

  /** -> true when this loop has ended: the key is made. While a person compares words it goes on, and sees a stop. */
  async step() {
    let told
    do {
      if (await this.isStopped()) return false
      told = await this.ask('advance', { document: this.seat.board, agreedTo: this.agreedTo })
      if (told.phase === 'confirm' && !told.hasSpoken && told.message === null) return this.compare(told)
      if (told.message !== null) {
        await keep({ id: this.id, locked: told.locked, file: null })
        this.showSteps(told)
        this.visit.seat = await this.visit.server.say(told.message)
      }
    } while (told.message !== null)
    if (told.phase === DONE) {
      await this.save(told)
      return true
    }
    this.showSteps(told)
    await this.refresh()
    return false
  }

  async compare(told) {
    const words = told.words.zh.join(' ')
    if (this.shown !== words) {
      this.shown = words
      this.visit.show(() => this.wordsScreen(told))
    }
    if (!this.objects) await this.refresh()
    else {
      this.visit.seat = await this.visit.server.object() // everybody's page says it then, and nobody confirms any more
      this.objects = false
    }
    return false
  }

  async refresh() {
    this.visit.seat = await this.visit.server.board().catch((error) => {
      if (error.kind === 'network') return this.seat // comes back
      throw error
    })
  }

  async isStopped() {
    const { stopped } = this.seat.board
    if (stopped === null) return false
    const key = `stopped ${JSON.stringify(stopped)}`
    if (this.shown !== key) {
      this.shown = key
      this.visit.fail(new Refusal('stopped', { stop: stopped }), null)
    }
    await this.refresh()
    return true
  }

  showSteps(told) {
    const key = JSON.stringify([told.phase, told.missing])
    if (this.shown === key) return
    this.shown = key
    this.visit.show(() => this.stepsScreen(told))
  }

  stepsScreen({ phase, missing, identity }) {
    const now = PHASES.indexOf(phase)
    const others = missing.filter((index) => index !== this.seat.index)
    const names = others.map((index) => this.seat.board.custodians[index - 1])
    return [
      heading(t('steps.title')),
      h('p', null, t('steps.stay')),
      h(
        'ol',
        { class: 'steps' },
        PHASES.map((name, at) =>
          h(
            'li',
            { class: at < now ? 'past' : at === now ? 'now' : null, 'aria-current': at === now ? 'step' : null },
            t(`step.${name}`),
          ),
        ),
      ),
      h('p', { class: 'waited', role: 'status' }, names.length ? t('steps.waiting', { names: list(names) }) : t('steps.working')),
      h('p', { class: 'kept' }, t('steps.identity', { identity })),
    ]
  }

  wordsScreen(told) {
    const agree = () => {
      this.agreedTo = told.words.zh.join(' ')
      this.visit.show(() => this.stepsScreen(told))
    }
    const differ = () => {
      this.objects = true
    }
    return [
      heading(t('words.title')),
      h('p', null, t('words.why')),
      wordList(told.words),
      h('p', { class: 'actions' }, primary(t('words.same'), agree), button(t('words.differ'), differ)),
    ]
  }

  async save(told) {
    const { file, paper } = await this.ask('finish', { document: this.seat.board })
    const record = await kept(this.id)
    await keep({ ...record, file, paper, words: told.words })
    showSaving(this.visit, { file, paper, words: told.words })
  }
}
