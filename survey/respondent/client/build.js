/**
 * Build the page's files into dist/: answer.js, home.js, receipt.js, both.js, answer.css, and each packed (.br).
 * Run by `npm run build`.
 *
 * Law: the same sources and lock give the same bytes everywhere (no time, no path, no name of a machine in them):
 * the manifest names the digest of the script, and anyone can build it again and compare. How well a file is packed
 * may differ with the version of Node.js; what comes out when it is unpacked does not.
 */
import { build } from 'esbuild'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const here = dirname(fileURLToPath(import.meta.url))
const outdir = process.argv[2] || join(here, 'dist')

await build({
  absWorkingDir: here,
  entryPoints: { answer: 'main.js', home: 'home.js', receipt: 'receipt-page.js', both: 'both-page.js' },
  outdir,
  bundle: true,
  format: 'iife',
  target: 'es2019', // in-app browsers of 2019: one unknown token kills a whole script
  minify: true,
  charset: 'utf8', // Chinese as it is: half the size of escapes
  legalComments: 'none',
  logLevel: 'warning',
})
await build({
  absWorkingDir: here,
  entryPoints: { answer: 'answer.css' },
  bundle: true,
  outdir,
  minify: true,
  target: 'chrome80',
  charset: 'utf8',
  logLevel: 'warning',
})

const BEST = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } }
for (const name of readdirSync(outdir).filter((name) => /\.(js|css)$/.test(name))) {
  writeFileSync(join(outdir, name + '.br'), brotliCompressSync(readFileSync(join(outdir, name)), BEST))
}
