/**
 * Build the page's files into dist/: answer.js, home.js, receipt.js, both.js, answer.css. Run by `npm run build`.
 *
 * Law: the same sources and lock give the same bytes everywhere (no time, no path, no name of a machine in them):
 * the manifest names the digest of the script, and anyone can build it again and compare.
 */
import { build } from 'esbuild'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

await build({
  absWorkingDir: here,
  entryPoints: { answer: 'main.js', home: 'home.js', receipt: 'receipt-page.js', both: 'both-page.js' },
  outdir: process.argv[2] || join(here, 'dist'),
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
  outdir: process.argv[2] || join(here, 'dist'),
  minify: true,
  target: 'chrome80',
  charset: 'utf8',
  logLevel: 'warning',
})
