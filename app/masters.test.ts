/** The validator judges by the masters that are loaded, from the moment they are. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dropMaster, findLayout, loadMaster, terminologyService } from '#care/terminology'
import { openTerminology } from '../care/terminology/opened.fixture.ts'
import { folder, masters, written } from '../care/terminology/masters.fixture.ts'
import { openChecker } from './checker.ts'
import { followMasters } from './masters.ts'

const KEY = 'http://medis.or.jp/CodeSystem/master-disease-keyNumber'
const into = folder()
let opened: Awaited<ReturnType<typeof openTerminology>>

beforeAll(async () => {
  opened = await openTerminology()
}, 60_000)

afterAll(async () => {
  await opened.db.destroy()
  await opened.drop()
})

const condition = (code: string) => ({
  resourceType: 'Condition',
  text: { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  code: { coding: [{ system: KEY, code }] },
  subject: { reference: 'Patient/p' },
})

test('a code that the master does not have is found once it is loaded, and no more once it is gone', async () => {
  const { db } = opened
  const checker = await openChecker(into)
  const terminology = terminologyService({
    record: { search: nobody, read: nobody },
    ...(checker.definitions ? { definitions: checker.definitions } : {}),
  })
  const clock = { at: new Date('2026-11-22T03:00:00Z'), now: () => clock.at }
  let told = 0
  const answerFrom: Parameters<typeof followMasters>[0]['answerFrom'] = (t) => {
    told++
    checker.answerFrom?.(t)
  }
  const masters_ = await followMasters({ db, clock, terminology, answerFrom, log: { warn: () => undefined } })
  const wrong = (code: string) =>
    checker.validate(condition(code)).filter((f) => f.path.startsWith('Condition.code') && f.severity === 'error').length > 0

  expect([told, wrong('00000000')], 'nothing is loaded').toEqual([0, false])
  const path = written(into, 'nmain.txt', masters['medis-disease'])
  await loadMaster(db, { path, layout: findLayout('medis-disease')!, validFrom: '2026-11-23', now: clock.at })
  await masters_.look()
  expect(wrong('00000000'), 'it holds from tomorrow').toBe(false)
  clock.at = new Date('2026-11-22T15:00:00Z')
  await masters_.look()
  expect([wrong('00000000'), wrong('90000001')], 'tomorrow in Japan').toEqual([true, false])
  const before = told
  await masters_.look()
  expect(told, 'nothing changed').toBe(before)
  await dropMaster(db, { system: KEY })
  await masters_.look()
  expect(wrong('00000000')).toBe(false)
  masters_.stop()
})

const nobody = () => Promise.reject(new Error('nothing stored is asked for'))
