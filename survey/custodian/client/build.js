/**
 * Build the custodians' page into dist/: custodian.js, worker.js, custodian.css. Run by `npm run build`.
 *
 * Law: the same sources and lock give the same bytes everywhere, so that anyone can build them again and compare.
 */
import { build } from 'esbuild'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const outdir = process.argv[2] || join(here, 'dist')
const common = { absWorkingDir: here, outdir, bundle: true, minify: true, charset: 'utf8', logLevel: 'warning' }

await build({
  ...common,
  entryPoints: { custodian: 'main.js', worker: 'worker.js' },
  format: 'iife',
  target: 'es2020', // BigInt is needed anyway
  legalComments: 'none',
})
await build({ ...common, entryPoints: { custodian: 'custodian.css' }, target: 'chrome80' })
