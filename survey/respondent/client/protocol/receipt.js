/**
 * Receipts as people write, paste and scan them: 52 characters of base32 in groups, 64 hexadecimal digits, or the
 * address in the QR code, which also names the evaluation. Everything after # stays on the phone.
 */
import { fromBase32, fromHex } from './bytes.js'

const EVALUATION = '[a-z0-9]{1,40}'
const IN_ADDRESS = new RegExp('#(' + EVALUATION + ')\\.([A-Z2-7]{52})(?:$|[^A-Z2-7])')

/** What follows the host in the QR code of a receipt (52 characters of base32). */
export const receiptAddress = (evaluation, letters) => '/receipt#' + evaluation + '.' + letters

/** -> {evaluation: id or null, receipt: 32 bytes}, or null where it cannot be a receipt. */
export function readReceipt(typed) {
  const wide = String(typed).replace(/[\uff01-\uff5e]/g, (mark) => String.fromCharCode(mark.charCodeAt(0) - 0xfee0))
  const address = IN_ADDRESS.exec(wide)
  const bare = address ? address[2] : wide.replace(/[\s.\-\u2010-\u2015\u3000]/g, '')
  try {
    if (/^[0-9a-f]{64}$/i.test(bare)) return { evaluation: null, receipt: fromHex(bare.toLowerCase()) }
    // Base32 has no 0 and no 8: who reads them means the letters.
    const letters = bare.toUpperCase().replace(/0/g, 'O').replace(/8/g, 'B')
    if (letters.length !== 52) return null
    return { evaluation: address ? address[1] : null, receipt: fromBase32(letters) }
  } catch (error) {
    return null
  }
}
