import { sql } from 'kysely'
import { fiveItems, drugAllergy, hypertension, marked, potassium, referralTo } from '../harness/bundles.ts'
import type { Caller } from '../harness/caller.ts'
import { citizenActor, CLINIC, HOSPITAL, type Platform } from '../harness/platform.ts'
import { canary } from './canary.ts'

export type Victim = {
  key: string
  personId: string
  memberId: string | null /** `Type/id` of everything that is theirs. */
  resources: string[]
  ids: string[]
}

/** A person with a canary in every text that anybody wrote about them. */
export async function plantRecords(platform: Platform): Promise<Victim> {
  const mark = canary('person')
  const person = await platform.enter({ name: `${mark} 花子`, nameKana: 'ヒガイ ハナコ', address: `${mark} 1-2`, phone: '' })
  const hospital = await platform.system(HOSPITAL)
  const memberId = person.memberId!
  const patient = {
    family: mark,
    given: '花子',
    familyKana: 'ヒガイ',
    givenKana: 'ハナコ',
    gender: 'female' as const,
    birthDate: '1958-04-12',
  }
  const about = (localId: string) => ({ memberId, patient, localId })
  const sent = [
    fiveItems(about('v-1'), [{ ...hypertension, id: canary('disease') }]),
    fiveItems(about('v-2'), [{ ...drugAllergy, id: canary('allergy') }]),
    fiveItems(about('v-3'), [{ ...potassium, id: canary('labs') }]),
    fiveItems(about('v-4'), [marked({ ...hypertension, id: canary('untold') }, { uninformed: true })]),
    // Of another drug: what tells the same as what is closed is closed with it.
    fiveItems(about('v-6'), [{ ...drugAllergy, id: canary('closed'), code: { code: 'GCM1149019F1ZZZ', display: 'ロキソプロフェン錠' } }]),
    // Told at first, and marked as not told in the next version.
    fiveItems(about('v-7'), [{ ...hypertension, id: canary('restricted') }]),
    fiveItems({ ...about('v-7'), at: '2026-11-21T10:00:00.000+09:00' }, [
      marked({ ...hypertension, id: canary('restricted') }, { uninformed: true }),
    ]),
    // A letter to somebody else again: neither stranger nor clinic is its addressee.
    { ...referralTo({ ...about('v-5'), addressee: '1310000043' }) },
  ]
  for (const bundle of sent) {
    const heard = await hospital.submit(bundle)
    if (heard.status !== 201) throw new Error(`a planted submission was refused: ${heard.text.slice(0, 400)}`)
  }
  for (const resource of ownResources(person.key)) {
    const heard = await hospital.post(`/fhir/R4/${resource.resourceType}`, resource)
    if (heard.status !== 201) throw new Error(`a planted ${resource.resourceType} was refused: ${heard.text.slice(0, 400)}`)
  }
  await plantFile(hospital, person.key)
  await platform.relate(person.key, CLINIC)
  await platform.consent(person.key, CLINIC, { 'drug-allergy': true, diagnosis: false })
  await closeItem(platform, person)
  const resources = await everythingOf(platform, person.key)
  const elsewhere = await idsUnder(platform, [person.key, person.personId])
  return { ...person, resources, ids: [...resources.map((r) => r.split('/')[1]!), ...elsewhere] }
}

/** The hospital's own notes, of many types, which nobody else has any right to. */
function ownResources(key: string): ({ resourceType: string } & Record<string, unknown>)[] {
  const subject = { reference: `Patient/${key}` }
  const text = (type: string) => ({ text: canary('own', type) })
  const of = (resourceType: string, more: object) => ({ resourceType, ...more })
  return [
    of('Observation', { status: 'final', code: text('Observation'), subject, valueString: canary('own', 'Observation') }),
    of('Condition', { code: text('Condition'), subject, note: [text('Condition')] }),
    of('Procedure', { status: 'completed', code: text('Procedure'), subject }),
    of('Encounter', {
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject,
      reasonCode: [text('Encounter')],
    }),
    of('MedicationRequest', { status: 'active', intent: 'order', medicationCodeableConcept: text('MedicationRequest'), subject }),
    of('DiagnosticReport', { status: 'final', code: text('DiagnosticReport'), subject, conclusion: canary('own', 'DiagnosticReport') }),
    of('Immunization', { status: 'completed', vaccineCode: text('Immunization'), patient: subject, occurrenceDateTime: '2026-01-01' }),
    of('AllergyIntolerance', {
      clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] },
      code: text('AllergyIntolerance'),
      patient: subject,
    }),
    of('Communication', { status: 'completed', subject, payload: [{ contentString: canary('own', 'Communication') }] }),
    of('CarePlan', { status: 'active', intent: 'plan', subject, description: canary('own', 'CarePlan') }),
  ]
}

/** A file, whose security context is the person, and the document that names it. */
async function plantFile(hospital: Caller, key: string): Promise<void> {
  const subject = { reference: `Patient/${key}` }
  const data = Buffer.from(`${canary('own', 'Binary')} <script>alert(1)</script>`).toString('base64')
  const file = await hospital.post('/fhir/R4/Binary', { resourceType: 'Binary', contentType: 'text/html', securityContext: subject, data })
  if (file.status !== 201) throw new Error(`the planted Binary was refused: ${file.text.slice(0, 400)}`)
  const attachment = { contentType: 'text/html', url: `Binary/${file.body.id}`, title: canary('own', 'DocumentReference') }
  const document = { resourceType: 'DocumentReference', status: 'current', subject, content: [{ attachment }] }
  const heard = await hospital.post('/fhir/R4/DocumentReference', document)
  if (heard.status !== 201) throw new Error(`the planted DocumentReference was refused: ${heard.text.slice(0, 400)}`)
}

/** What the person closed: an allergy that the consent to the clinic would show. */
async function closeItem(platform: Platform, person: { key: string; personId: string }): Promise<void> {
  const { rows } = await sql<{ type: string; id: string }>`
    select type, id from record.resource where key = ${person.key} and body like ${`%${canary('closed')}%`} and not deleted`.execute(
    platform.db,
  )
  if (rows.length === 0) throw new Error('there is nothing to close')
  for (const { type, id } of rows)
    await platform.as(citizenActor(person), (ctx) =>
      platform.services.consent.closing.close(ctx, { what: 'item', type, id, absolute: true }),
    )
}

async function everythingOf(platform: Platform, key: string): Promise<string[]> {
  const { rows } = await sql<{
    type: string
    id: string
  }>`select type, id from record.resource where key = ${key} order by type, id`.execute(platform.db)
  return rows.map((r) => `${r.type}/${r.id}`)
}

/**
 * Ids of whatever any room keeps under the person: consents, requests, cases, letters. Asked of the catalogue of the database, so that the
 * tables of a new room are among them from their first day.
 */
export async function idsUnder({ db }: Pick<Platform, 'db'>, whose: readonly string[]): Promise<string[]> {
  const { rows: tables } = await sql<{ schema: string; name: string; owner: string; id: string }>`
    select distinct on (n.nspname, c.relname, i.attname) n.nspname as schema, c.relname as name, o.attname as owner, i.attname as id
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute o on o.attrelid = c.oid and o.attname in ('key', 'person_id', 'patient_key', 'subject') and o.atttypid = 'text'::regtype
      join pg_attribute i on i.attrelid = c.oid and i.attname in ('id', 'request_id', 'consent_id') and i.atttypid = 'text'::regtype
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('record', 'pg_catalog', 'information_schema')`.execute(db)
  const found = new Set<string>()
  for (const { schema, name, owner, id } of tables) {
    const { rows } = await sql<{ id: string }>`select distinct ${sql.ref(id)} as id from ${sql.table(`${schema}.${name}`)}
      where ${sql.ref(owner)} = any(${[...whose]}::text[]) and ${sql.ref(id)} <> '' limit 5`.execute(db)
    for (const row of rows) found.add(row.id)
  }
  return [...found]
}
