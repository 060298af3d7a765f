import { expect, test } from 'vitest'
import { LONG_MS, runSmall } from '../faults/run-small.fixture.ts'
import { leaked } from './a1.ts'
import { canariesIn, canary } from './canary.ts'

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
  ['A12', false],
  ['A13', false],
  ['A15', false],
  ['A16', false],
  ['A17', false],
]

for (const [name, onlyFull] of small) {
  const isLeftOut = onlyFull && !process.env.ENISHI_TEST_FULL
  test.skipIf(isLeftOut)(`${name}, small${isLeftOut ? ' (only in npm run test:full)' : ''}`, { timeout: LONG_MS }, () => {
    const [line, control] = runSmall(name, 'attacks')
    expect(line).toMatch(new RegExp(`^${name} tried=[1-9]\\d* leaks=0$`))
    expect(control).toMatch(new RegExp(`^${name} control leaks=[1-9]\\d*$`))
  })
}

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

test('who may see something is shown it; in a header too, who may not is not', () => {
  const heard = { text: canary('labs'), headers: { location: canary('untold') } }
  expect(leaked({ may: (found) => found === canary('labs') }, heard)).toEqual([canary('untold')])
})
