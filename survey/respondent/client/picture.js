/** The receipt as a picture: drawn on a canvas, black on white, readable from a print. */
import { t } from './language.js'
import { receiptAddress } from './protocol/receipt.js'
import { qrOf } from './qr.js'

const WIDTH = 720
const HEIGHT = 1020
const MARGIN = 56
const FONTS = '"PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'

/** The receipt page's address where it fits (a host name may be very long), else the receipt alone. */
function rowsOf(evaluation, letters) {
  try {
    return qrOf(location.origin + receiptAddress(evaluation, ''), letters)
  } catch (error) {
    return qrOf('', letters)
  }
}

/** Draw a receipt (base32) into a canvas with a quiet zone of four modules; sharp at any size. */
export function drawQr(canvas, evaluation, letters, module = 6) {
  const rows = rowsOf(evaluation, letters)
  const side = (rows.length + 8) * module
  canvas.width = canvas.height = side
  const pen = canvas.getContext('2d')
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, side, side)
  pen.fillStyle = '#000'
  rows.forEach((row, y) =>
    row.forEach((dark, x) => dark && pen.fillRect((x + 4) * module, (y + 4) * module, module, module))
  )
}

function lines(pen, text, width) {
  const found = ['']
  for (const piece of text.match(/[a-z0-9]+\s*|[\s\S]/gi)) {
    const last = found[found.length - 1]
    if (pen.measureText(last + piece).width > width && last) found.push(piece)
    else found[found.length - 1] = last + piece
  }
  return found
}

/** A PNG as a data: address. */
export function pictureOf({ groups, facts }) {
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH
  canvas.height = HEIGHT
  const pen = canvas.getContext('2d')
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, WIDTH, HEIGHT)
  pen.fillStyle = '#000'
  pen.strokeRect(20.5, 20.5, WIDTH - 41, HEIGHT - 41)
  let y = MARGIN + 34
  const write = (text, font, height) => {
    pen.font = font
    for (const line of lines(pen, text, WIDTH - 2 * MARGIN)) {
      pen.fillText(line, MARGIN, y)
      y += height
    }
  }
  write(t('receipt.label'), '600 44px ' + FONTS, 58)
  write(t('page.title'), '30px ' + FONTS, 46)
  write(facts.team + '  ' + facts.round, '30px ' + FONTS, 56)
  const code = document.createElement('canvas')
  drawQr(code, facts.evaluation, groups.replace(/ /g, ''), 8)
  pen.drawImage(code, (WIDTH - code.width) / 2, y - 20)
  y += code.height + 30
  const words = groups.split(' ')
  for (let at = 0; at < words.length; at += 4) {
    write(words.slice(at, at + 4).join('  '), '40px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace', 58)
  }
  y += 8
  write(t('receipt.picture.made'), '28px ' + FONTS, 42)
  return canvas.toDataURL('image/png')
}
