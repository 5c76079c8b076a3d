/**
 * Pages that carry both languages in their own text: shows one and hides the other, and sets the size of type.
 * Nothing is asked of the server, and the choices go along to the next page behind the #, which no server sees.
 */
const switcher = document.getElementById('language')
const sizer = document.getElementById('size')
let language = 'zh-CN'
let isLarge = false

export const isEnglish = () => language === 'en'

/** What the next page is told: '', 'l=en', 's=1' or 'l=en&s=1'. */
export const choices = () => [isEnglish() && 'l=en', isLarge && 's=1'].filter(Boolean).join('&')

/** Also for nodes that were added later. */
export function show() {
  const root = document.documentElement
  root.lang = language
  root.classList.toggle('elder', isLarge)
  document.querySelectorAll('[data-says]').forEach((node) => (node.hidden = node.lang !== language))
  document.querySelectorAll('a[data-next]').forEach((node) => {
    node.href = node.dataset.next + (choices() && '#' + choices())
  })
  const title = document.querySelector('h1 [data-says]:not([hidden])')
  if (title) document.title = title.textContent
  switcher.textContent = isEnglish() ? '中文' : 'English'
  switcher.lang = isEnglish() ? 'zh-CN' : 'en'
  const [larger, normal] = isEnglish() ? ['Larger text', 'Normal text'] : ['大字', '标准字']
  sizer.textContent = isLarge ? normal : larger
  switcher.hidden = sizer.hidden = false
}

export function begin() {
  if (/[#&]l=en\b/.test(location.hash)) language = 'en'
  if (/[#&]s=1\b/.test(location.hash)) isLarge = true
  switcher.addEventListener('click', () => {
    language = isEnglish() ? 'zh-CN' : 'en'
    show()
  })
  sizer.addEventListener('click', () => {
    isLarge = !isLarge
    show()
  })
  show()
}
