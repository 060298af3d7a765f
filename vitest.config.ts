import { defineConfig } from 'vitest/config'

// Names the databases of this run, so that they can be told from another run's and removed at its end.
process.env.ENISHI_TEST_RUN ??= `${process.pid}-${Date.now()}`

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  test: {
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'dist/**', '.enishi/**'],
    globalSetup: ['tests/harness/run.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
