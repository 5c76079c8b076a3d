/**
 * A QR code (ISO/IEC 18004) of one fixed size: version 5 (37 modules), correction level L, mask 0, bytes followed by
 * alphanumeric characters.
 *
 * Just enough for the address of the receipt page with a receipt of 52 base32 characters behind it, so that any
 * scanner opens the page filled in.
 */
import { utf8 } from './protocol/bytes.js'

const SIZE = 37
const DATA_LEN = 108
const CORRECTION_LEN = 26
const ALIGNMENT = 30
const FORMAT = 0x77c4 // level L (01), mask 0 (000), with its BCH code, under the fixed mask
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

/** GF(256) with 0x11d. */
function multiply(a, b) {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d)
    if ((b >> bit) & 1) product ^= a
  }
  return product
}

function correction(data) {
  const generator = new Uint8Array(CORRECTION_LEN)
  generator[CORRECTION_LEN - 1] = 1
  for (let count = 0, root = 1; count < CORRECTION_LEN; count++, root = multiply(root, 2)) {
    for (let at = 0; at < CORRECTION_LEN; at++) {
      generator[at] = multiply(generator[at], root) ^ (generator[at + 1] || 0)
    }
  }
  const rest = new Uint8Array(CORRECTION_LEN)
  for (const byte of data) {
    const factor = byte ^ rest[0]
    rest.copyWithin(0, 1)
    rest[CORRECTION_LEN - 1] = 0
    for (let at = 0; at < CORRECTION_LEN; at++) rest[at] ^= multiply(generator[at], factor)
  }
  return rest
}

function bitsOf(prefix, text) {
  let bits = ''
  const bytes = utf8(prefix)
  if (bytes.length) bits = '0100' + bytes.length.toString(2).padStart(8, '0')
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  bits += '0010' + text.length.toString(2).padStart(9, '0')
  for (let at = 0; at < text.length; at += 2) {
    const [first, second] = [ALPHABET.indexOf(text[at]), ALPHABET.indexOf(text[at + 1])]
    const isPair = at + 1 < text.length
    bits += (isPair ? 45 * first + second : first).toString(2).padStart(isPair ? 11 : 6, '0')
  }
  if (bits.length > 8 * DATA_LEN) throw new RangeError('too long for this code')
  bits += '0000'.slice(0, 8 * DATA_LEN - bits.length)
  bits = bits.padEnd(8 * Math.ceil(bits.length / 8), '0')
  for (let filler = 0; bits.length < 8 * DATA_LEN; filler++) bits += filler % 2 ? '00010001' : '11101100'
  const data = Uint8Array.from(bits.match(/.{8}/g), (byte) => parseInt(byte, 2))
  return Array.from(data)
    .concat(Array.from(correction(data)))
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
}

/** 37 rows of 37 booleans; true is dark. text: upper case, digits and a few signs only; throws RangeError if too long. */
export function qrOf(prefix, text) {
  const dark = Array.from({ length: SIZE }, () => new Array(SIZE).fill(null))
  const finder = (top, left) => {
    for (let y = -1; y <= 7; y++) {
      for (let x = -1; x <= 7; x++) {
        if (dark[top + y] === undefined || dark[top + y][left + x] === undefined) continue
        const ring = Math.max(Math.abs(y - 3), Math.abs(x - 3))
        dark[top + y][left + x] = ring !== 2 && ring !== 4
      }
    }
  }
  finder(0, 0)
  finder(0, SIZE - 7)
  finder(SIZE - 7, 0)
  for (let at = 8; at < SIZE - 8; at++) dark[6][at] = dark[at][6] = at % 2 === 0
  for (let y = -2; y <= 2; y++) {
    for (let x = -2; x <= 2; x++) dark[ALIGNMENT + y][ALIGNMENT + x] = Math.max(Math.abs(y), Math.abs(x)) !== 1
  }
  for (let at = 0; at < 15; at++) {
    const bit = ((FORMAT >> at) & 1) === 1
    dark[at < 6 ? at : at < 8 ? at + 1 : SIZE - 15 + at][8] = bit
    dark[8][at < 8 ? SIZE - 1 - at : at < 9 ? 7 : 14 - at] = bit
  }
  dark[SIZE - 8][8] = true
  const bits = bitsOf(prefix, text)
  let next = 0
  for (let right = SIZE - 1; right > 0; right -= 2) {
    if (right === 6) right--
    for (let step = 0; step < SIZE; step++) {
      const y = ((right + 1) & 2) === 0 ? SIZE - 1 - step : step
      for (const x of [right, right - 1]) {
        if (dark[y][x] === null) dark[y][x] = (bits[next++] === '1') !== ((x + y) % 2 === 0)
      }
    }
  }
  return dark
}
