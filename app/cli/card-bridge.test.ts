/** The bridge from the command line: what makes no sense is said before anything listens. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { typed } from './io.fixture.ts'

const home = mkdtempSync(join(tmpdir(), 'enishi-bridge-'))
const say = (...words: string[]) => typed(['card-bridge', ...words], { lang: 'en', env: { ENISHI_HOME: home } })

test.each([
  [['--origin', 'https://enishi.example/reader'], /--origin has the form/],
  [['--origin', 'file:///tmp'], /--origin has the form/],
  [['--origin', 'https://a.example,javascript:alert(1)'], /--origin has the form/],
  [['--port', '70000'], /--port is a number/],
  [['--wait', '51'], /--wait is a number from 0 to 50/],
  [['--wait', '-1'], /--wait is a number/],
])('%j cannot run', async (words, message) => {
  const { exit, err } = await say(...words)
  expect([exit, err]).toEqual([2, expect.stringMatching(message)])
})
