/** What a passphrase must be to keep anybody out (survey/crypto/passphrase.py). */
const SHORTEST = 10

export const isLongEnough = (passphrase) => Array.from(passphrase).length >= SHORTEST && new Set(passphrase).size >= 4
