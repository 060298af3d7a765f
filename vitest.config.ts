import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Names the databases of this run, so that they can be told from another run's and removed at its end.
process.env.ENISHI_TEST_RUN ??= `${process.pid}-${Date.now()}`

/** Starts programs or browsers, or looks at the house as a whole: a process of its own each, and first, because some take minutes. */
const apart = ['{app,bench,tests}/**/*.test.ts', '**/*.browser.test.ts']
/** Everything else keeps its state to itself, so that files follow one another in one process and what they stand on is read once. */
const rooms = ['{packages,kernel,ui,care,research,portals,adapters}/**/*.test.{ts,tsx}']

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  test: {
    exclude: ['**/node_modules/**', 'dist/**', '.enishi/**'],
    globalSetup: ['tests/harness/run.ts'],
    pool: 'forks',
    // Beside each stand a database, a browser or a platform; more than four ask for more connections than the database has.
    maxWorkers: Math.min(4, Math.max(2, Math.floor(availableParallelism() / 2))),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      { extends: true, test: { name: 'rooms', include: rooms, exclude: ['**/*.browser.test.ts'], isolate: false } },
    ],
  },
})
