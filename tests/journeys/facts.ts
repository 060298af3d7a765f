/** What has happened before a journey begins, brought about through public interfaces only. */
import { answerWith, call, staffSession, systemToken } from '../../app/tour/client.ts'
import { ownSubmissions } from '../../app/tour/submissions.ts'
import type { Demo, DemoPerson, DemoStaff } from './region.ts'

type Facility = Demo['facilities'][number]

export const facilityOf = (demo: Demo, kind: string): Facility => demo.facilities.find((f) => f.kind === kind)!
export const staffOf = (demo: Demo, role: string, facility: Facility): DemoStaff =>
  demo.staff.find((s) => s.role === role && s.institutionNumber === facility.institutionNumber)!

/** People whose records are not thin: the oldest first. */
export const eldest = (demo: Demo): DemoPerson[] => [...demo.people].sort((a, b) => (a.birthDate < b.birthDate ? -1 : 1))

/** The person held the card against the reader of a facility and answered, kind by kind. @returns id of the consent, null where no kind was allowed */
export async function agreed(demo: Demo, about: { at: Facility; person: DemoPerson; refusing?: string[] }): Promise<void> {
  const token = await systemToken(demo, about.at)
  const opened = await call(`${demo.baseUrl}/reader/sessions`, { json: {}, token })
  const address = `${demo.baseUrl}/reader/sessions/${String(opened.body.id)}`
  const read = await call(`${address}/card`, { json: await answerWith(about.person.card, String(opened.body.challenge)), token })
  if (read.status !== 200) throw new Error(`card: ${read.status} ${read.text.slice(0, 200)}`)
  const kinds = Object.fromEntries((read.body.kinds as { kind: string }[]).map(({ kind }) => [kind, !about.refusing?.includes(kind)]))
  const given = await call(`${address}/consent`, { json: { kinds }, token })
  if (given.status !== 201) throw new Error(`consent: ${given.status} ${given.text.slice(0, 200)}`)
}

/** A hospital submitted one of every kind about a person today: among them potassium out of range and a diagnosis 未告知. */
export async function submittedToday(demo: Demo, about: { by: Facility; to: Facility; person: DemoPerson }): Promise<void> {
  const { by, to, person } = about
  const [family = '', given = ''] = person.name.split(' ')
  const token = await systemToken(demo, by)
  const submissions = ownSubmissions({
    sender: {
      institutionNumber: by.institutionNumber,
      name: by.name,
      department: { code: '01', name: '内科' },
      doctor: { id: 'D1', family: '旅野', given: '案内', familyKana: 'タビノ', givenKana: 'アナイ' },
    },
    patient: {
      memberId: person.memberId,
      family,
      given: given || family,
      familyKana: 'デモ',
      givenKana: 'デモ',
      gender: 'unknown',
      birthDate: person.birthDate,
      address: { state: '東京都', city: '千代田区', line: '1-1' },
    },
    addressee: { institutionNumber: to.institutionNumber, name: to.name },
    now: new Date(Date.now() + 9 * 3600_000).toISOString().replace('Z', '+09:00'),
  })
  for (const { name, text } of submissions) {
    const answer = await call(`${demo.fhirBase}/$submit`, { text, type: 'application/fhir+json', token })
    if (answer.status !== 201) throw new Error(`${name}: ${answer.status} ${answer.text.slice(0, 400)}`)
  }
}

/** A member of staff opened the person's chart. */
export async function lookedAtTheChart(demo: Demo, about: { staff: DemoStaff; person: DemoPerson }): Promise<void> {
  const cookie = await staffSession(demo, about.staff)
  const seen = await call(`${demo.baseUrl}/clinic/patients/${about.person.patientId}`, { cookie })
  if (seen.status !== 200) throw new Error(`chart: ${seen.status} ${seen.text.slice(0, 200)}`)
}
