/** A person's resources by date: what has none, what lasts, and what was stored before its date stood beside it. @spec FHIR R4 search, _sort */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linkOf, matches } from '../../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { elementsOf, resourceTypes, searchParametersFor } from '#packages/fhir'
import { sortAtOf, sortDateOf, sortDatesFilled } from './sort-date.ts'
import { forgetFreshness } from './custom.ts'
import { runReindex } from './reindex.ts'

/** Whether any element on a plain path may repeat. */
function repeats(expression: string): boolean {
  const names = expression
    .replace(/\.ofType\(\w+\)/g, '')
    .replace(/[()]/g, '')
    .split(' | ')
  return names.some((path) => {
    const [type = '', ...steps] = path.split('.')
    let at = type
    return steps.some((step) => {
      const elements = elementsOf(at)
      const row = elements.get(step) ?? elements.get(`${step}[x]`)
      at = row?.types[0]?.replace(/^@/, '') ?? ''
      return row === undefined || (row.max ?? 1) !== 1
    })
  })
}

describe('the date of a type', () => {
  const dated = resourceTypes.filter((type) => sortDateOf(type) !== null)

  test('is one of its date parameters, and no element on its way repeats: there is one value at most', () => {
    expect(dated.length).toBeGreaterThan(80)
    for (const type of dated) {
      const row = searchParametersFor(type).find((p) => p.code === sortDateOf(type))
      expect(row?.kind, type).toBe('date')
      expect(repeats(row!.expression!), `${type} ${row!.expression}`).toBe(false)
    }
  })

  test('the control: an element that repeats is seen', () => {
    expect(repeats('CarePlan.activity.detail.scheduled')).toBe(true)
    expect(repeats('MedicationRequest.dosageInstruction.timing.event')).toBe(true)
  })

  test.each([
    ['Observation', [{ param: 'date', lo: '2026-01-01', hi: '2026-01-02' }], '2026-01-01'],
    ['Observation', [{ param: 'date', lo: null, hi: '2026-01-02' }], '2026-01-02'],
    ['Observation', [{ param: 'value-date', lo: '2026-01-01', hi: null }], null],
    ['MedicationRequest', [{ param: 'date', lo: '2026-01-01', hi: null }], null],
    ['Patient', [{ param: 'birthdate', lo: '2026-01-01', hi: null }], null],
    ['Observation', [], null],
  ])('%s with %j is sorted by %s', (type, dates, expected) => {
    expect(sortAtOf(type, dates)).toBe(expected)
  })
})

describe('one person’s Observations', () => {
  let platform: Platform
  let key: string
  /** Word to look for, and when. `issued` is shown in charts, but is no date of the search. */
  const written: [string, object][] = [
    ['none', { issued: '2026-05-04T00:00:00Z' }],
    ['to', { effectivePeriod: { end: '2026-05-02' } }],
    ['day3', { effectiveDateTime: '2026-05-03' }],
    ['from', { effectivePeriod: { start: '2026-05-01', end: '2026-05-09' } }],
    ['none2', {}],
    ['month', { effectiveDateTime: '2026-04' }],
  ]
  // An end is the end of its day, so the second of May ends where the third begins: the later id decides.
  const up = ['month', 'from', 'to', 'day3', 'none', 'none2']
  const down = ['day3', 'to', 'from', 'month', 'none2', 'none']

  beforeAll(async () => {
    platform = await openPlatform()
    ;({ key } = await platform.enter())
    await platform.relate(key, HOSPITAL)
    const system = await platform.system(HOSPITAL)
    for (const [text, when] of written) {
      const about = { status: 'final', code: { text }, subject: { reference: `Patient/${key}` } }
      const heard = await system.post('/fhir/R4/Observation', { resourceType: 'Observation', ...about, ...when })
      expect(heard.status, heard.text).toBe(201)
    }
  })
  afterAll(() => platform?.close())

  async function read(query: string): Promise<string[]> {
    const found: string[] = []
    let next: string | undefined = `/fhir/R4/Observation?subject=${key}&${query}`
    while (next !== undefined) {
      const heard = await (await platform.system(HOSPITAL)).get(next)
      expect(heard.status, heard.text).toBe(200)
      found.push(...matches(heard).map((r) => (r as unknown as { code: { text: string } }).code.text))
      next = linkOf(heard, 'next')
    }
    return found
  }

  async function all(): Promise<void> {
    for (const count of [1, 2, 50]) {
      expect(await read(`_sort=date&_count=${count}`)).toEqual(up)
      expect(await read(`_sort=-date&_count=${count}`)).toEqual(down)
    }
    expect(await read('_sort=-date&date:missing=false')).toEqual(down.slice(0, 4))
    expect(await read('_sort=date&date:missing=true')).toEqual(['none', 'none2'])
  }

  test('come by the beginning of their date, those without one last, page by page, both ways', async () => {
    await all()
    expect(sortDatesFilled(), 'nothing was stored before the date had its column').toBe(true)
  })

  test('come in the same order while dates are still being filled in, and after', async () => {
    const stood = sql<{ at: Date | null }>`select sort_at as at from record.resource where key = ${key} order by id`
    const before = (await stood.execute(platform.db)).rows
    await sql`update record.resource set sort_at = null`.execute(platform.db)
    forgetFreshness()
    expect(await read('_sort=date'), 'the control: without the walk nobody knows').not.toEqual(up)
    await sql`insert into record.reindex (key, task, types, state, started_at, at) values ('platform', 'sort-date', '{}', 'waiting', ${platform.clock.at}, ${platform.clock.at})`.execute(
      platform.db,
    )
    forgetFreshness()
    await all()
    expect(sortDatesFilled()).toBe(false)
    // A page that was asked for before goes on after.
    const first = await (await platform.system(HOSPITAL)).get(`/fhir/R4/Observation?subject=${key}&_sort=-date&_count=2`)
    platform.clock.forward(60_000)
    await runReindex({ db: platform.db, now: platform.clock.at }, 0)
    await runReindex({ db: platform.db, now: platform.clock.at }, 0)
    expect((await stood.execute(platform.db)).rows).toEqual(before)
    forgetFreshness()
    await all()
    expect(sortDatesFilled()).toBe(true)
    const rest = await (await platform.system(HOSPITAL)).get(linkOf(first, 'next')!)
    expect(matches(rest).map((r) => (r as unknown as { code: { text: string } }).code.text)).toEqual(down.slice(2, 4))
  })

  test('follow a changed date, and leave with a deletion', async () => {
    const system = await platform.system(HOSPITAL)
    const [last] = matches(await system.get(`/fhir/R4/Observation?subject=${key}&_sort=-date&_count=1`))
    const changed = { ...(last as object), effectiveDateTime: '2026-03-01' }
    expect((await system.put(`/fhir/R4/Observation/${last!.id}`, changed)).status).toBe(200)
    expect((await read('_sort=date'))[0]).toBe('day3')
    expect((await system.remove(`/fhir/R4/Observation/${last!.id}`)).status).toBe(204)
    expect(await read('_sort=date')).toEqual(up.filter((w) => w !== 'day3'))
  })
})
