/** The chart as a reader may see it, and what the log says about the look. */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { insertAudit } from '#kernel/audit'
import { auditEntry } from '#kernel/audit-entry'
import type { AuditEvent } from '#kernel/audit-event'
import * as send from '../../tests/harness/bundles.ts'
import { citizenActor, CLINIC, HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'

let platform: Platform
let person: { key: string; personId: string; memberId: string | null }
beforeAll(async () => {
  platform = await openPlatform()
  person = await platform.enter()
  const hospital = await platform.system(HOSPITAL)
  const about = { memberId: person.memberId! }
  await hospital.submit(send.fiveItems({ ...about, localId: 'c' }, [send.marked(send.hypertension, { uninformed: true }), send.pneumonia]))
  await hospital.submit(send.fiveItems({ ...about, localId: 'l' }, [send.potassium]))
})
afterAll(() => platform?.close())

const physician: Actor = {
  kind: 'staff',
  id: 's',
  role: 'physician',
  institutionNumber: CLINIC,
  institutionName: 'さくら内科',
  name: '青山',
}

/** A look at the chart as a page takes it, with the notes it would leave. */
async function look(actor: Actor) {
  const notes: AuditEvent[] = []
  const chart = await platform.as(actor, async (ctx) => {
    const watched = { ...ctx, audit: (event: AuditEvent) => void notes.push(event) }
    return platform.services.record.chart(watched, [person.key])
  })
  return { kinds: chart.rows.map((r) => r.kind), notes }
}

test('nothing without consent, and the look is noted under the person', async () => {
  const { kinds, notes } = await look(physician)
  expect(kinds).toEqual([])
  expect(notes).toEqual([{ key: person.key, resource: 'chart', count: 0 }])
})

test('with consent what was agreed to, newest first, 未告知 included; the note names consent, rule and kinds', async () => {
  const consent = await platform.consent(person.key, CLINIC, { diagnosis: true, 'test-result': true, infection: false })
  const { kinds, notes } = await look(physician)
  expect(kinds).toEqual(['test-result', 'diagnosis', 'diagnosis'])
  expect(notes).toEqual([
    { key: person.key, rule: 'visit-consent', consentId: consent.id, resource: 'chart', count: 3, kinds: ['diagnosis', 'test-result'] },
  ])
  platform.clock.forward(1_000)
  await platform.as(citizenActor(person), (ctx) => platform.services.consent.withdraw(ctx, consent.id))
  expect((await look(physician)).kinds).toEqual([])
})

test('the person sees their own without 未告知', async () => {
  expect((await look(citizenActor(person))).kinds).toEqual(['test-result', 'diagnosis'])
})

test('a replaced submission leaves only what is new', async () => {
  const hospital = await platform.system(HOSPITAL)
  await hospital.submit(send.fiveItems({ memberId: person.memberId!, localId: 'l' }, [send.hepatitisB]))
  expect((await look(citizenActor(person))).kinds).toEqual(['infection', 'diagnosis'])
})

test('the notes of a look can be written down as they are', async () => {
  const { notes } = await look(citizenActor(person))
  const about = {
    actor: citizenActor(person),
    purpose: 'PATRQT' as const,
    now: platform.clock.at,
    requestId: 'r',
    action: 'chart',
    law: 'l',
  }
  await insertAudit(
    platform.db,
    notes.map((n) => auditEntry(n, about)),
  )
  expect(await platform.count(sql`select 1 from kernel.audit where key = ${person.key} and action = 'chart' and count = 2`)).toBe(1)
})
