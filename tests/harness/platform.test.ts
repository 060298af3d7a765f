import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOSPITAL, openPlatform, type Platform } from './platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

test('a system, a citizen and a member of staff each reach the platform with a real proof; the public does not', async () => {
  const person = await platform.enter()
  const callers = [await platform.system(HOSPITAL), await platform.citizen(person), await platform.staff('physician', HOSPITAL)]
  for (const caller of callers) expect((await caller.get('/fhir/R4/Condition')).status).toBe(200)
  expect((await platform.public().get('/fhir/R4/Condition')).status).toBe(401)
})

test('time moves by hand, and a token ends with it', async () => {
  const system = await platform.system(HOSPITAL)
  platform.clock.forward(301_000)
  expect((await system.get('/fhir/R4/Condition')).status).toBe(401)
})
