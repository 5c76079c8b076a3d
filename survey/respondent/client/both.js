/**
 * Pages that carry both languages in their own text: shows one and hides the other. Nothing is asked of the server,
 * and the choice goes along to the next page behind the #, which no server sees.
 */
const switcher = document.getElementById('language')
let language = 'zh-CN'

export const isEnglish = () => language === 'en'

/** Also for nodes that were added later. */
export function show() {
  document.documentElement.lang = language
  document.querySelectorAll('[data-says]').forEach((node) => (node.hidden = node.lang !== language))
  document.querySelectorAll('a[data-next]').forEach((node) => {
    node.href = node.dataset.next + (isEnglish() ? '#l=en' : '')
  })
  const title = document.querySelector('h1 [data-says]:not([hidden])')
  if (title) document.title = title.textContent
  switcher.hidden = false
  switcher.textContent = isEnglish() ? '中文' : 'English'
  switcher.lang = isEnglish() ? 'zh-CN' : 'en'
}

export function begin() {
  if (/[#&]l=en\b/.test(location.hash)) language = 'en'
  switcher.addEventListener('click', () => {
    language = isEnglish() ? 'zh-CN' : 'en'
    show()
  })
  show()
}
