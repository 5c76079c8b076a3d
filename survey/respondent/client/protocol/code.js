/**
 * Invitation codes as people type them: 12 characters, the last one a check character.
 *
 * Checking on the phone spares a person the wait and the server a wrong try; it grants nothing.
 */

const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
export const CODE_LEN = 12

/** Sum of position times value, modulo the prime 31: catches any wrong character and any two swapped. */
export function checkCharacter(eleven) {
  let sum = 0
  for (let place = 0; place < eleven.length; place++) sum += (place + 1) * ALPHABET.indexOf(eleven[place])
  return ALPHABET[sum % ALPHABET.length]
}

/** Full-width letters and digits, case, spaces, dots and dashes are forgiven. */
export function tidyCode(typed) {
  return String(typed)
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .toUpperCase()
    .replace(/[\s.\-\u2010-\u2015\u3000\u30fc]/g, '')
}

/** The code as printed, XXXX-XXXX-XXXX, or null where it cannot be one. */
export function readCode(typed) {
  const tidy = tidyCode(typed)
  if (tidy.length !== CODE_LEN) return null
  for (const character of tidy) if (ALPHABET.indexOf(character) < 0) return null
  if (checkCharacter(tidy.slice(0, -1)) !== tidy[CODE_LEN - 1]) return null
  return tidy.match(/.{4}/g).join('-')
}
