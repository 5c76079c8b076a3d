/**
 * The end, and it looks like an end: a large tick, the receipt, three things one can do, nothing else.
 */
import { fromHex, inGroups, toBase32 } from '../protocol/bytes.js'
import { receiptAddress } from '../protocol/receipt.js'
import { button, h, heading, link, primary } from '../dom.js'
import { gap, t } from '../language.js'
import { drawQr, pictureOf } from '../picture.js'

const SVG = 'http://www.w3.org/2000/svg'

function tick() {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 96 96')
  svg.setAttribute('class', 'tick')
  svg.setAttribute('aria-hidden', 'true')
  const circle = document.createElementNS(SVG, 'circle')
  for (const [name, value] of [['cx', 48], ['cy', 48], ['r', 44]]) circle.setAttribute(name, value)
  const mark = document.createElementNS(SVG, 'path')
  mark.setAttribute('d', 'M27 50 42 65 70 34')
  svg.appendChild(circle)
  svg.appendChild(mark)
  return svg
}

/** Clipboard where the browser has one; the old way of in-app browsers elsewhere. -> done or not */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch (error) {
    const area = h('textarea', { class: 'visually-hidden', readonly: true, value: text })
    document.body.appendChild(area)
    area.select()
    const done = document.execCommand('copy')
    document.body.removeChild(area)
    return done
  }
}

function save(source) {
  const file = h('a', { href: source, download: 'receipt.png' })
  document.body.appendChild(file)
  file.click()
  document.body.removeChild(file)
}

/**
 * receipt: 64 hexadecimal digits; clear() erases what this phone still knows. isShared: a tablet for everybody, which
 * keeps and copies nothing.
 */
export function receiptView({ receipt, facts, clear, isShared }) {
  const groups = inGroups(toBase32(fromHex(receipt)))
  const checkAddress = receiptAddress(facts.evaluation, groups.replace(/ /g, ''))
  const check = link(checkAddress, t('receipt.check.now'), { target: '_blank' })
  const qr = h('canvas', { class: 'qr', role: 'img', 'aria-label': t('receipt.qr') })
  drawQr(qr, facts.evaluation, groups.replace(/ /g, ''))
  const message = h('p', { class: 'message', role: 'status' })
  const shelf = h('div', { class: 'shelf' })
  const showPicture = () => {
    const source = pictureOf({ groups, receipt, facts })
    // In-app browsers have no downloads, and some cover the page to say so; pressing and holding a picture works
    // everywhere.
    if (!/MicroMessenger/.test(navigator.userAgent)) save(source)
    shelf.textContent = ''
    shelf.appendChild(h('p', null, t('receipt.longpress')))
    shelf.appendChild(h('img', { src: source, alt: t('receipt.picture.alt') }))
  }
  return [
    h('div', { class: 'end' }, tick(), heading(t('receipt.title'))),
    h('p', null, t(isShared ? 'kiosk.thanks' : 'receipt.thanks')),
    h(
      'section',
      { class: 'receipt', 'aria-labelledby': 'receipt-label' },
      h('h2', { id: 'receipt-label' }, t('receipt.label')),
      h('p', { class: 'groups', id: 'receipt', 'data-receipt': receipt }, groups),
      qr,
      h('details', null, h('summary', null, t('receipt.hex')), h('p', { class: 'hex' }, receipt))
    ),
    h('p', null, t('receipt.use')),
    isShared
      ? h('div', { class: 'actions' }, primary(t('kiosk.done'), clear, { id: 'clear' }))
      : [
          h('p', null, t('receipt.check'), gap(), check),
          h(
            'div',
            { class: 'actions' },
            button(t('receipt.copy'), async () => {
              message.textContent = t((await copy(groups)) ? 'receipt.copied' : 'receipt.notcopied')
            }),
            button(t('receipt.picture'), showPicture, { id: 'picture' }),
            button(t('receipt.clear'), clear, { id: 'clear' })
          ),
        ],
    message,
    shelf,
  ]
}
