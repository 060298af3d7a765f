/** The person's portal with a hospital that submits and a clinic that looks, for the route tests and the pictures. */
import { insertAudit } from '#kernel/audit'
import { startSession } from '#kernel/identity'
import { ulid } from '#kernel/id'
import {
  type ConditionInput,
  type FlagsInput,
  type ItemInput,
  type LaboratoryInput,
  makeCheckup,
  makeFiveItemBundle,
  type PatientInput,
  type Resource,
  type SenderInput,
} from '#packages/fhir'
import { CLINIC, FORM, HOSPITAL, openFrontDoor } from '../sign-in/front-door.fixture.ts'
import { citizenRoutes } from './index.ts'

export { FORM, HOSPITAL }

const sender: SenderInput = {
  institutionNumber: HOSPITAL,
  name: 'A病院',
  department: { code: '01', name: '内科' },
  doctor: { id: 'D1', family: '青山', given: '春樹', familyKana: 'アオヤマ', givenKana: 'ハルキ' },
}

const patientOf = (memberId: string): PatientInput => ({
  memberId,
  family: '山川',
  given: '花子',
  familyKana: 'ヤマカワ',
  givenKana: 'ハナコ',
  gender: 'female',
  birthDate: '1958-04-12',
  address: { state: '東京都', city: '千代田区', line: '緑町1-2-3' },
})

export const conditionOf = (id: string, name: string, flags: FlagsInput = {}): ConditionInput => ({
  type: 'Condition',
  id,
  code: { keyNumber: '20061593', display: '高血圧症', text: name },
  onset: '2024-05-10',
  flags,
})

export const labOf = (id: string, name: string, quantity: number, on: string): LaboratoryInput => ({
  type: 'Observation',
  id,
  local: { code: `N${Buffer.from(name).toString('hex').slice(0, 24)}`, display: name },
  taken: `${on}T09:10:00+09:00`,
  specimen: '血清',
  value: { quantity, unit: '%', ucum: '%' },
  range: { low: 4.6, high: 6.2 },
})

let serial = 0
const at = '2026-11-20T10:00:00.000+09:00'

export const submission = (memberId: string, items: ItemInput[]): Resource =>
  makeFiveItemBundle({
    sender,
    patient: patientOf(memberId),
    type: items[0]?.type ?? 'Condition',
    items,
    localId: `n-${serial++}`,
    year: 2026,
    at,
  })

export const checkupInput = (memberId: string): Resource =>
  makeCheckup({
    sender,
    patient: patientOf(memberId),
    localId: `n-${serial++}`,
    year: 2026,
    at,
    examinedOn: '2026-06-20',
    program: 'specific',
    results: [
      {
        id: `H-${serial}`,
        item: { code: '9N001000000000001', display: '身長' },
        category: 'body-measurement',
        value: { quantity: 158.2, unit: 'cm', ucum: 'cm' },
      },
    ],
  })

type Look = { rules: string[]; kinds: string[]; outcome?: string; consentId?: string }

export async function openPortal() {
  const front = await openFrontDoor({ rows: (services) => citizenRoutes({ ...services, demo: true }) })
  const tokenOf = {
    'hospital-a': await front.client('hospital-a', HOSPITAL, []),
    'clinic-b': await front.client('clinic-b', CLINIC, []),
  }
  const token = (client: keyof typeof tokenOf = 'hospital-a') => tokenOf[client]()
  return {
    ...front,
    token,
    staffCookie: async () =>
      `enishi_session=${await startSession(front.db, front.clock.at, { kind: 'staff', id: 'staff-1', provenBy: 'passkey' })}`,
    async citizen(name: string, memberId: string) {
      const entered = await front.person(name, null, memberId)
      return { ...entered, cookie: await front.cookieOf(entered.personId) }
    },
    async submit(bundle: Resource) {
      const answer = await front.app.inject({
        method: 'POST',
        url: '/fhir/R4/$submit',
        headers: { authorization: await token(), 'content-type': 'application/fhir+json' },
        payload: JSON.stringify(bundle),
      })
      if (answer.statusCode !== 201) throw new Error(answer.body)
    },
    /** A physician's look at a chart, as the log keeps it: one entry a rule, all of one request. */
    async look(key: string, { rules, kinds, outcome = 'success', consentId = '' }: Look) {
      const requestId = ulid(front.clock.at.getTime())
      const about = {
        key,
        at: front.clock.at.toISOString(),
        actorKind: 'staff',
        actorId: 'staff-1',
        actorName: '山田 太郎',
        actorRole: 'physician',
        institutionNumber: CLINIC,
        institutionName: 'B診療所',
        purpose: 'TREAT',
        action: 'chart.open',
        outcome,
        resource: 'chart',
        law: '要確認',
        requestId,
      }
      const entries = rules.map((rule, n) => ({
        ...about,
        id: ulid(),
        rule,
        kinds: kinds.slice(n, n + 1),
        count: outcome === 'success' ? 1 : 0,
        consentId: rule === 'visit-consent' ? consentId : '',
      }))
      await insertAudit(front.db, entries)
    },
  }
}

export type Portal = Awaited<ReturnType<typeof openPortal>>
