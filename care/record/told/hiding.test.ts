/** What a person keeps back stays kept back, however often and in whatever paper it is told again. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as send from '../../../tests/harness/bundles.ts'
import { type Caller, matches } from '../../../tests/harness/caller.ts'
import { citizenActor, CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER } from '../../../tests/harness/platform.ts'

let platform: Platform
let [hospital, clinic, stranger]: Caller[] = []
let person: { key: string; personId: string; memberId: string | null }
let about: { memberId: string; localId: string }

beforeAll(async () => {
  platform = await openPlatform()
  ;[hospital, clinic, stranger] = await Promise.all([HOSPITAL, CLINIC, STRANGER].map((at) => platform.system(at)))
})
afterAll(() => platform?.close())
beforeEach(async () => {
  person = await platform.enter()
  about = { memberId: person.memberId!, localId: person.key }
  await platform.consent(person.key, CLINIC, { diagnosis: true, 'check-up': true, 'test-result': true, prescription: true })
})

const submit = async (bundle: object, by = hospital) => {
  const heard = await by!.submit(bundle)
  expect(heard.status, heard.text).toBe(201)
  platform.clock.forward(1_000)
}
const found = async (type = 'Condition', by = clinic) => matches(await by!.get(`/fhir/R4/${type}?subject=Patient/${person.key}`))
const onsets = async (by = clinic) => (await found('Condition', by)).map((r) => String(r.onsetDateTime)).sort()
const documents = async () => matches(await clinic!.get(`/fhir/R4/Bundle?_lastUpdated=gt2000-01-01`)).length
const byThem = <T>(work: Parameters<typeof platform.as<T>>[1]) => platform.as(citizenActor(person), work)
/** As the page and the app do. */
const hide = (type: string, id: string) =>
  byThem(async (ctx) => {
    const alike = await platform.services.record.tellingsOf(ctx, [person.key], { type, id })
    return platform.services.consent.closing.close(ctx, { what: 'item', type, id, alike, absolute: false })
  })
const hideOnset = async (onset: string) => hide('Condition', (await found()).find((r) => r.onsetDateTime === onset)!.id!)
const reopen = (id: string) => byThem((ctx) => platform.services.consent.closing.reopen(ctx, id))
const closures = () => byThem((ctx) => platform.services.consent.closing.list(ctx, [person.key]))

const [old, acute] = [send.hypertension.onset!, send.pneumonia.onset!]
const [both, justOld] = [[send.hypertension, send.pneumonia], [send.hypertension]]
const change = { ...send.pneumonia, abatement: '2025-02-01' }

describe('an item that was kept back', () => {
  test('stays so when its submission comes again with a change; the others are shown, and the sender sees all', async () => {
    await submit(send.fiveItems(about, both))
    expect(await onsets()).toEqual([old, acute])
    await hideOnset(acute)
    await submit(send.fiveItems(about, [send.hypertension, change]))
    await submit(send.fiveItems(about, [send.hypertension, send.pneumonia]))
    expect([await onsets(), await onsets(hospital)]).toEqual([[old], [old, acute]])
  })

  test('stays so when it was taken away and comes again later', async () => {
    await submit(send.fiveItems(about, both))
    await hideOnset(acute)
    await submit(send.fiveItems(about, []))
    await submit(send.fiveItems(about, both))
    expect(await onsets()).toEqual([old])
  })

  test('stays so when it comes under another identifier, or in a letter', async () => {
    await submit(send.fiveItems(about, both))
    await hideOnset(acute)
    await submit(send.fiveItems({ ...about, localId: `${person.key}-2` }, [send.pneumonia]))
    await submit(send.referralTo({ ...about, localId: `${person.key}-3`, addressee: STRANGER, diagnoses: [send.pneumonia] }))
    expect(await onsets()).toEqual([old])
    expect((await onsets(hospital)).filter((onset) => onset === acute)).toHaveLength(3)
  })

  test('is followed by every new one of its type where nobody can tell which it is', async () => {
    await submit(send.fiveItems(about, justOld))
    await hideOnset(old)
    await submit(send.fiveItems(about, [send.pneumonia]))
    expect(await onsets()).toEqual([])
  })

  test('leaves what others tell alone', async () => {
    await submit(send.fiveItems(about, justOld))
    await hideOnset(old)
    await submit(send.fiveItems({ ...about, localId: `${person.key}-2`, institution: STRANGER }, justOld), stranger)
    expect(await onsets()).toEqual([old])
  })

  test('the control: what nobody kept back is shown each time', async () => {
    await submit(send.fiveItems(about, both))
    await submit(send.fiveItems(about, [send.hypertension, change]))
    expect(await onsets()).toEqual([old, acute])
  })

  test('opens again with everything that followed it, once; and then stays open', async () => {
    await submit(send.fiveItems(about, both))
    const { closureId } = await hideOnset(acute)
    await submit(send.fiveItems(about, [send.hypertension, change]))
    await submit(send.fiveItems({ ...about, localId: `${person.key}-2` }, [send.pneumonia]))
    expect((await closures()).map((c) => [c.closureId, c.alike?.length])).toEqual([[closureId, 1]])
    await reopen(closureId)
    expect(await onsets()).toEqual([old, acute, acute])
    await submit(send.fiveItems(about, both))
    expect(await onsets()).toEqual([old, acute, acute])
  })

  test('does not pile up, however often it comes', async () => {
    await submit(send.fiveItems(about, both))
    await hideOnset(acute)
    for (let n = 1; n <= 4; n++) await submit(send.fiveItems(about, [send.hypertension, { ...send.pneumonia, abatement: `2025-02-0${n}` }]))
    expect(await onsets()).toEqual([old])
    expect((await closures()).map((c) => c.alike)).toEqual([undefined])
  })
})

describe('keeping back one telling', () => {
  test('keeps back the others too, of this person and this institution', async () => {
    await submit(send.fiveItems(about, both))
    await submit(send.referralTo({ ...about, localId: `${person.key}-2`, addressee: STRANGER, diagnoses: [send.pneumonia] }))
    expect(await onsets()).toEqual([old, acute, acute])
    await hideOnset(acute)
    expect(await onsets()).toEqual([old])
  })

  test('of a check-up keeps back the report it stands in, and nothing else that was measured; a report goes with all of it', async () => {
    await submit(send.checkup(about))
    const [first, ...rest] = await found('Observation')
    expect([rest.length > 0, await documents()]).toEqual([true, 1])
    const one = await hide('Observation', first!.id!)
    expect([(await found('Observation')).map((r) => r.id), await documents()]).toEqual([rest.map((r) => r.id), 0])
    await reopen(one.closureId)
    expect(await documents()).toBe(1)
    const [report] = matches(await clinic!.get('/fhir/R4/Bundle?_lastUpdated=gt2000-01-01'))
    await hide('Bundle', report!.id!)
    expect([await found('Observation'), await documents()]).toEqual([[], 0])
    await submit(send.checkup({ ...about, at: '2026-11-21T10:00:00.000+09:00' }))
    expect([await found('Observation'), await documents()], 'also when it comes again').toEqual([[], 0])
  })
})
