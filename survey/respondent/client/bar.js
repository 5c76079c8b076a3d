/** The bar at the top: the other language (named in itself), the size of type, and a warning where nothing lasts. */
import { currentLanguage, setLanguage, t, TAGS } from './language.js'

export class Bar {
  constructor(redraw) {
    this.redraw = redraw
    this.switcher = document.getElementById('language')
    this.sizer = document.getElementById('size')
    this.warning = document.getElementById('memory')
    this.isLasting = true
    this.isLarge = Boolean(history.state && history.state.isLarge)
    this.switcher.addEventListener('click', () => this.switchLanguage())
    this.sizer.addEventListener('click', () => this.switchSize())
  }

  /** What an entry of the history remembers, so that a reload keeps it; nothing of it is sent. */
  get choices() {
    return { language: currentLanguage(), isLarge: this.isLarge }
  }

  begin(isLasting) {
    this.isLasting = isLasting
    this.draw()
  }

  warn() {
    this.begin(false)
  }

  /** As for somebody new. */
  reset() {
    this.isLarge = false
    this.keep()
  }

  switchLanguage() {
    setLanguage(currentLanguage() === 'zh' ? 'en' : 'zh')
    this.keep()
    this.redraw()
  }

  switchSize() {
    this.isLarge = !this.isLarge
    this.keep()
  }

  keep() {
    history.replaceState({ ...history.state, ...this.choices }, '')
    this.draw()
  }

  draw() {
    document.documentElement.classList.toggle('elder', this.isLarge)
    this.switcher.textContent = t('bar.language')
    this.switcher.lang = currentLanguage() === 'zh' ? TAGS.en : TAGS.zh
    this.sizer.textContent = t(this.isLarge ? 'bar.normal' : 'bar.larger')
    this.warning.textContent = this.isLasting ? '' : t('bar.memory')
    for (const node of [this.switcher, this.sizer]) node.hidden = false
  }
}
