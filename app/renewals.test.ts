import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renewalsOf } from './renewals.ts'

const issuer = 'ab'.repeat(32)
const other = 'cd'.repeat(32)
const path = join(mkdtempSync(join(tmpdir(), 'enishi-renewals-')), 'renewed.txt')
const at = new Date('2026-11-22T03:00:00Z')
const asked = async (serial: string, of = issuer, now = at) => (await renewalsOf(path)({ serial, issuer: of, now }))?.serial ?? null

writeFileSync(
  path,
  [
    `${issuer} bb02 aa01`,
    `${issuer.toUpperCase()}, BB03, AA02`,
    `${issuer} cc cc`,
    `${issuer} dd01 aa03`,
    `${issuer} dd01 aa04`,
    'not a line',
    `${issuer} ee01`,
  ].join('\n'),
)

test.each([
  ['a renewed card leads to the one before', 'bb02', issuer, 'aa01'],
  ['however it is written', 'bb03', issuer, 'aa02'],
  ['a card that was never renewed', 'ff', issuer, null],
  ['the same number of another authority', 'bb02', other, null],
  ['one that follows itself', 'cc', issuer, null],
  ['one that follows two', 'dd01', issuer, null],
  ['a line that is none', 'ee01', issuer, null],
])('%s', async (_name, serial, of, expected) => {
  expect(await asked(serial, of)).toBe(expected)
})

test('without the file nothing was renewed, and a file that comes is read within a minute', async () => {
  const late = `${path}.late`
  const previousOf = renewalsOf(late)
  const after = (ms: number) => previousOf({ serial: 'bb02', issuer, now: new Date(at.getTime() + ms) })
  expect(await after(0)).toBeNull()
  writeFileSync(late, `${issuer} bb02 aa01`)
  expect(await after(59_000)).toBeNull()
  expect(await after(60_000)).toEqual({ serial: 'aa01', issuer })
})
