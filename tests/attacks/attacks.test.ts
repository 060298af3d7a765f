import { execFile } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../house/sources.ts'
import { leaked } from './a1.ts'
import { runs } from './a14.ts'
import { shape } from './a3.ts'
import { unknownIn } from './requests.ts'
import { canariesIn, canary } from './canary.ts'

const LONG_MS = 1_200_000

/** What takes long is left to `npm run test:full`; each is small here too. */
const small: readonly [name: string, onlyFull: boolean][] = [
  ['A1', true],
  ['A3', true],
  ['A4', true],
  ['A5', false],
  ['A6', false],
  ['A7', false],
  ['A8', true],
  ['A9', false],
  ['A10', false],
  ['A11', false],
  ['A12', false],
  ['A14', true],
  ['A13', false],
  ['A15', false],
  ['A16', false],
  ['A17', false],
  ['A20', false],
]

const left = (onlyFull: boolean) => onlyFull && !process.env.ENISHI_TEST_FULL

type Run = { said: string; failed: unknown; linesOf(name: string): string[] }

/** All of them in one run of the command, as people run it. */
function runAttacks(): Promise<Run> {
  const { DATABASE_URL: _1, ENISHI_HOME: _2, PORT: _3, ENISHI_ENTRY: _4, NODE_OPTIONS: _5, VITEST: _6, NODE_ENV: _7, ...env } = process.env
  const names = small.flatMap(([name, onlyFull]) => (left(onlyFull) ? [] : [name]))
  const options = {
    cwd: root,
    // The server of the tests is up already; without one the command brings its own.
    env: { ...env, ...(env.ENISHI_TEST_DATABASE_URL ? { DATABASE_URL: env.ENISHI_TEST_DATABASE_URL } : {}) },
    timeout: LONG_MS - 20_000,
    maxBuffer: 64 * 1024 * 1024,
  }
  return new Promise((done) => {
    execFile(process.execPath, ['app/launcher/run.mjs', 'attacks', ...names, '--quick'], options, (failed, stdout, stderr) =>
      done({
        ...{ said: `${stderr}${stdout}`, failed },
        linesOf: (name) => stdout.split('\n').filter((line) => line.startsWith(`${name} `)),
      }),
    )
  })
}

describe('each attack, small', () => {
  let run: Run
  beforeAll(async () => {
    run = await runAttacks()
  }, LONG_MS)

  for (const [name, onlyFull] of small)
    test.skipIf(left(onlyFull))(`${name}${left(onlyFull) ? ' (only in npm run test:full)' : ''}`, () => {
      const [line, control] = run.linesOf(name)
      expect(line, run.said).toMatch(new RegExp(`^${name} tried=[1-9]\\d* leaks=0$`))
      expect(control, run.said).toMatch(new RegExp(`^${name} control leaks=[1-9]\\d*$`))
    })

  test('the command says by its end that all was well', () => expect(run.failed, run.said).toBeNull())
})

test('a page that runs what it was told is found out, and one that shows it is not', () => {
  const headers = { 'content-type': 'text/html', 'content-security-policy': "default-src 'self'", 'x-content-type-options': 'nosniff' }
  const csv = { ...headers, 'content-type': 'text/csv' }
  expect(runs({ status: 200, headers, text: '<p>&lt;x-cnry onload=cnry()&gt;</p>' })).toEqual([])
  expect(runs({ status: 200, headers, text: '<p><x-cnry onload=cnry()></p>' })).toHaveLength(1)
  expect(runs({ status: 200, headers, text: '<script>go()</script>' })).toHaveLength(1)
  expect(runs({ status: 200, headers, text: '<a href="javascript:cnry()">x</a>' })).toHaveLength(1)
  expect(
    runs({ status: 200, headers: { ...headers, 'content-security-policy': "default-src 'self' 'unsafe-inline'" }, text: '' }),
  ).toHaveLength(1)
  expect(runs({ status: 200, headers: csv, text: '"a","\'=1+1"\r\n' })).toEqual([])
  expect(runs({ status: 200, headers: csv, text: '"a","=1+1"\r\n' })).toHaveLength(1)
})

test('a canary is found in whatever spelling it leaves', () => {
  const mark = canary('own', 'Observation')
  for (const text of [
    mark,
    mark.toUpperCase(),
    mark.replace(/[a-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
    `"x":"${mark}\\n"`,
  ])
    expect(canariesIn(text)).toEqual([canary('own', 'observation')])
  expect(canariesIn('nothing of anybody')).toEqual([])
})

test('an address with a name that nobody can fill is not passed over in silence', () => {
  const row = (path: string) => ({ path }) as Parameters<typeof unknownIn>[0]
  expect(unknownIn(row('/fhir/R4/:type/:id/_history/:vid'))).toEqual([])
  expect(unknownIn(row('/x/:questionId/:colour'))).toEqual(['colour'])
})

test('who may see something is shown it; in a header too, who may not is not', () => {
  const heard = { text: canary('labs'), headers: { location: canary('untold') } }
  expect(leaked({ may: (found) => found === canary('labs') }, heard)).toEqual([canary('untold')])
})

test('a value that stands in the answer’s own link tells nothing; a count that differs does', () => {
  const answer = (asked: string, total: number) =>
    shape({ status: 200, headers: {}, text: `{"total":${total},"url":"?identifier=${asked}&_count=1"}`, body: {} }, '1', '1zq')
  const seen = (total: number) => [answer('1', total), answer('1zq', 0)]
  expect(seen(0)[0]).toBe(seen(0)[1])
  expect(seen(1)[0]).not.toBe(seen(1)[1])
})
