/** Whom a member of staff may pick for an app: the institution's own patients, by what is typed or lately seen. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { patientPicker } from './picker.ts'

let platform: Platform
let key: string
beforeAll(async () => {
  platform = await openPlatform()
  ;({ key } = await platform.enter({ name: '選択 花子', nameKana: 'センタク ハナコ' }))
  await platform.relate(key, HOSPITAL)
})
afterAll(() => platform?.close())

const physician = (institutionNumber: string): Actor => ({
  kind: 'staff',
  id: 's-1',
  role: 'physician',
  institutionNumber,
  institutionName: '縁病院',
  name: '縁 一郎',
})
const found = async (text: string, institutionNumber = HOSPITAL) =>
  platform.as(physician(institutionNumber), async (ctx) =>
    (await patientPicker(platform.services).find(ctx, text)).people.map((p) => p.keys[0]),
  )

test.each(['選択', 'せんたく', 'センタク ハナコ', ''])('typed “%s”: their own patient is found', async (text) => {
  expect(await found(text)).toContain(key)
})

test('nobody of that name', async () => {
  expect(await found('不在')).toEqual([])
})

test('another institution finds nobody, however it asks', async () => {
  for (const text of ['選択', '']) expect(await found(text, CLINIC)).toEqual([])
})
