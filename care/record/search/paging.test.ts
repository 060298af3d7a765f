/** Pages under writes: whatever is written between two pages, each resource that stood throughout is shown once. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkOf, matches } from '../../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

const sorts = [
  '',
  '_id',
  '-_lastUpdated',
  '_lastUpdated',
  'date',
  '-date',
  'value-quantity,-date',
  '-value-quantity',
  'status,_id',
  '-value-string,value-quantity',
  'code,_lastUpdated',
]

/** An Observation; small numbers, so that many are equal and some have none. */
const observation = fc.record({
  status: fc.constantFrom('final', 'amended'),
  value: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
  day: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
  word: fc.option(fc.constantFrom('あ', 'い'), { nil: null }),
})
type Drawn = typeof observation extends fc.Arbitrary<infer T> ? T : never

let n = 0
async function write(key: string, drawn: Drawn): Promise<string> {
  const system = await platform.system(HOSPITAL)
  platform.clock.forward(drawn.value === 2 ? 1_000 : 0)
  const heard = await system.post('/fhir/R4/Observation', {
    resourceType: 'Observation',
    meta: { tag: [{ system: 'urn:run', code: key }] },
    status: drawn.status,
    code: { coding: [{ system: 'urn:c', code: `c${n++ % 2}` }] },
    subject: { reference: `Patient/${key}` },
    ...(drawn.day === null ? {} : { effectiveDateTime: `2026-05-0${drawn.day}` }),
    ...(drawn.value !== null && drawn.word === null ? { valueQuantity: { value: drawn.value } } : {}),
    ...(drawn.word === null ? {} : { valueString: drawn.word }),
  })
  expect(heard.status, heard.text).toBe(201)
  return heard.body.id!
}

test('no page repeats or skips what stood throughout, in any order, with everybody’s and one person’s', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sorts),
      fc.boolean(),
      fc.array(observation, { minLength: 4, maxLength: 12 }),
      fc.array(observation, { maxLength: 4 }),
      fc.integer({ min: 1, max: 4 }),
      async (sort, keyed, before, between, count) => {
        const { key } = await platform.enter()
        await platform.relate(key, HOSPITAL)
        const stood: string[] = []
        for (const one of before) stood.push(await write(key, one))
        const query = new URLSearchParams({
          ...(sort ? { _sort: sort } : {}),
          _count: String(count),
          ...(keyed ? { subject: key } : { _tag: key }),
        })
        let next: string | undefined = `/fhir/R4/Observation?${query}`
        const seen: string[] = []
        const more = [...between]
        for (let page = 0; next !== undefined && page < 400; page++) {
          const heard = await (await platform.system(HOSPITAL)).get(next)
          expect(heard.status, heard.text).toBe(200)
          seen.push(...matches(heard).map((r) => r.id!))
          next = linkOf(heard, 'next')
          const drawn = more.pop()
          if (drawn) await write(key, drawn)
        }
        expect(new Set(seen).size).toBe(seen.length)
        for (const id of stood) expect(seen).toContain(id)
      },
    ),
    { numRuns: 12 },
  )
}, 120_000)
