/** Two entries are found to be one person, and found not to be: what each had given, and what ran, follows their keys there and back. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER, systemActor } from '../../tests/harness/platform.ts'
import { emergencies } from './index.ts'

let platform: Platform
const operator: Actor = { kind: 'staff', id: 'op', role: 'operator', institutionNumber: HOSPITAL, institutionName: '運用', name: '運用' }
const act = <T>(work: Parameters<Platform['as']>[1]) => platform.as(operator, work, 'HOPERAT') as Promise<T>
const cases = () => platform.services.person.cases
type Side = { key: string; personId: string }
let [one, two]: Side[] = []
let caseId = ''
let serial = 0

beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  const blank = { address: '', postalCode: '', phone: '', sex: 'female', name: '渡邉 花子', nameKana: 'ワタナベ ハナコ' }
  const stated = { ...blank, memberId: `06990019:9:${++serial}:01`, birthDate: '1958-04-12' }
  const resolve = (who: typeof stated) =>
    platform.as(systemActor(HOSPITAL), (ctx) => platform.services.person.resolve(ctx, who, HOSPITAL)) as Promise<Side>
  one = await resolve(stated)
  two = await resolve({ ...stated, birthDate: '1958-04-21' })
  const { cases: open } = await cases().open({ db: platform.db }, { limit: 10_000, offset: 0 })
  caseId = open.find((c) => c.key === two!.key)!.id
})

const link = () =>
  act<{ id: string; key: string }>((ctx) => cases().decide(ctx, { id: caseId, decided: 'same', reason: 'document', note: '写し' }))
/** The person themselves, on these keys. */
const me = (side: Side, keys = [side.key]): Actor => ({ kind: 'citizen', id: side.personId, keys, name: '' })
const part = ({ id, key }: { id: string; key: string }) => act((ctx) => cases().undo(ctx, { id, key, reason: '別人でした' }))
/** Time goes on between two acts, as it does. */
const later = () => platform.clock.forward(60_000)
const give = (side: Side, kinds: string[], institutionNumber = CLINIC, keys = [side.key]) =>
  platform.as(me(side, keys), (ctx) =>
    platform.services.consent.standing.give(ctx, { institutionNumber, institutionName: 'B', kinds, until: null }),
  )
/** Kinds an institution may see under a key now, by whatever consent. */
const open = async ({ key }: Side, institutionNumber = CLINIC): Promise<string[]> =>
  (await platform.as(systemActor(institutionNumber), (ctx) => platform.services.consent.live(ctx, [key]))).map((g) => g.kind).sort()
const listed = (side: Side, keys = [side.key]) => platform.as(me(side, keys), (ctx) => platform.services.consent.list(ctx, keys))

describe('consents that go on', () => {
  test('hold under every key while they are one person, once in the list, and under their own key alone afterwards', async () => {
    const given = await give(one!, ['diagnosis', 'prescription'])
    later()
    const linked = await link()
    expect([await open(one!), await open(two!)]).toEqual([
      ['diagnosis', 'prescription'],
      ['diagnosis', 'prescription'],
    ])
    expect((await listed(one!, [one!.key, two!.key])).map((c) => c.id)).toEqual([given.id])
    later()
    await part(linked)
    expect([await open(one!), await open(two!)]).toEqual([['diagnosis', 'prescription'], []])
    expect(await listed(two!)).toEqual([])
    // And again, where they are one person after all.
    later()
    const { cases: again } = await cases().open({ db: platform.db }, { limit: 10_000, offset: 0 })
    caseId = again.find((c) => [c.key, c.otherKey].includes(two!.key))?.id ?? caseId
    await link()
    expect(await open(two!)).toEqual(['diagnosis', 'prescription'])
  })

  test('a withdrawal while they are one ends it under every key for good', async () => {
    const given = await give(one!, ['diagnosis'])
    later()
    const linked = await link()
    await platform.as(me(one!, [one!.key, two!.key]), (ctx) => platform.services.consent.withdraw(ctx, given.id))
    later()
    await part(linked)
    expect([await open(one!), await open(two!)]).toEqual([[], []])
  })

  test('what was given while they were one ends under both: nobody can tell whose wish it was', async () => {
    const linked = await link()
    later()
    await give(one!, ['diagnosis'], CLINIC, [one!.key, two!.key])
    await platform.consent(two!.key, STRANGER, { diagnosis: true })
    expect([await open(one!), await open(two!, STRANGER)]).toEqual([['diagnosis'], ['diagnosis']])
    later()
    await part(linked)
    expect([await open(one!), await open(two!), await open(two!, STRANGER)]).toEqual([[], [], []])
  })

  test('the later of two for one institution spreads, and a kind refused since does not', async () => {
    await give(one!, ['diagnosis', 'infection'])
    later()
    await give(two!, ['prescription', 'test-result'])
    later()
    await platform.consent(one!.key, CLINIC, { prescription: false })
    later()
    await link()
    expect(await open(two!)).toEqual(['prescription', 'test-result'])
    expect(await open(one!)).toEqual(['diagnosis', 'infection', 'test-result'])
  })

  test('what is over or was withdrawn spreads nowhere, and a closure goes before it', async () => {
    await platform.as(me(two!), (ctx) =>
      platform.services.consent.closing.close(ctx, { what: 'institution', institutionNumber: CLINIC, absolute: false }),
    )
    const gone = await give(one!, ['diagnosis'], STRANGER)
    await platform.as(me(one!), (ctx) => platform.services.consent.withdraw(ctx, gone.id))
    await give(one!, ['diagnosis'])
    later()
    await link()
    expect([await open(one!), await open(two!), await open(two!, STRANGER)]).toEqual([[], [], []])
    const stands = sql`select 1 from consent.grant_fact where key = ${two!.key} and institution_number = ${CLINIC}`
    expect(await platform.count(stands), 'the control: it stands there, closed').toBe(1)
  })
})

describe('an emergency that runs', () => {
  const staffId = 'dr-1'
  const running = (keys: readonly string[]) =>
    platform.count(sql`select 1 from consent.emergency where key = any(${[...keys]}::text[]) and ended_at is null`)
  const begin = async (side: Side, minutes: number) => {
    const about = { staffId, staffName: '救急', institutionNumber: HOSPITAL, institutionName: 'A', reason: 'unconscious', note: '' }
    const until = new Date(platform.clock.at.getTime() + minutes * 60_000)
    await emergencies.insertEmergency(platform.db, { id: `e-${side.key}`, keys: [side.key], ...about, since: platform.clock.at, until })
  }

  test('goes on under every key, and under its own alone once they are two', async () => {
    await begin(one!, 60)
    const linked = await link()
    expect([await running([one!.key]), await running([two!.key])]).toEqual([1, 1])
    const [known] = await emergencies.runningEmergencies(platform.db, { staffId, institutionNumber: HOSPITAL, now: platform.clock.at })
    expect(known!.keys.toSorted()).toEqual([one!.key, two!.key].toSorted())
    later()
    await part(linked)
    expect([await running([one!.key]), await running([two!.key])]).toEqual([1, 0])
  })

  test('one that is over opens nothing anew', async () => {
    await begin(one!, 1)
    later()
    await link()
    expect(await running([two!.key])).toBe(0)
  })
})
