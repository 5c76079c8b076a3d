/**
 * Build the custodians' page into the folder given, with scrypt at its lowest cost and short pauses: most tests do not
 * test how long things take.
 */
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const client = join(dirname(fileURLToPath(import.meta.url)), '../../survey/custodian/client')
const changes = { 'locks.js': ['LOG_N = 17', 'LOG_N = 10'], 'making.js': ['PAUSE = 1000', 'PAUSE = 50'] }
const quick = {
  name: 'quick',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/(locks|making)\.js$/ }, ({ path }) => {
      const [slow, fast] = changes[basename(path)]
      const contents = readFileSync(path, 'utf8').replace(slow, fast)
      if (!contents.includes(fast)) throw new Error(`${path} does not say ${slow}`)
      return { contents, loader: 'js', resolveDir: dirname(path) }
    }),
}
await build({
  absWorkingDir: client,
  outdir: process.argv[2],
  entryPoints: { custodian: 'main.js', worker: 'worker.js', },
  entryNames: '[name]',
  bundle: true,
  format: 'iife',
  target: 'es2020',
  charset: 'utf8',
  logLevel: 'error',
  plugins: [quick],
})
