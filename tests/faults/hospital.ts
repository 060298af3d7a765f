import { createHash, randomUUID } from 'node:crypto'
import { importJWK, type JWK, SignJWT } from 'jose'
import { type ConditionInput, type LaboratoryInput, makeFiveItemBundle, type PatientInput, type SenderInput } from '#packages/fhir'
import type { Answer, Submission } from './ledger.ts'
import type { DemoFile } from './platform.ts'

type Facility = DemoFile['facilities'][number]
type Person = DemoFile['people'][number]

/** One institution's system, as it stands outside: a key, a token, and five-item Bundles. */
export type Hospital = {
  /** Sends a submission once. */
  submit(submission: Submission): Promise<Answer>
  /** Everything of a type that the institution may read, page by page. */
  readAll(type: string): Promise<{ id?: string; identifier?: { system?: string; value?: string }[] }[]>
  /** A request of the institution's system, by a path under the FHIR base or a whole address. */
  ask(path: string, init?: Asking): Promise<Response>
  /** The access token it holds now. */
  token(): Promise<string>
  draft(about: { person: Person; identifier: string; revision: number; type: Submission['type']; entries: number }): Submission
}

type Asking = { method?: string; body?: string; headers?: Record<string, string>; timeoutMs?: number }

const TOKEN_LIFE_MS = 120_000
const ANSWER_MS = 30_000

/** @param clockMs how far its own clock is ahead */
export function hospital(facility: Facility, demo: Pick<DemoFile, 'fhirBase' | 'tokenEndpoint'>, clockMs = 0): Hospital {
  let token: { value: string; at: number } | undefined

  async function accessToken(): Promise<string> {
    if (token && performance.now() - token.at < TOKEN_LIFE_MS) return token.value
    const response = await fetch(demo.tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(facility, demo.tokenEndpoint, clockMs),
      }),
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (response.status !== 200) throw new Error(`token endpoint: ${response.status}`)
    const { access_token } = (await response.json()) as { access_token: string }
    token = { value: access_token, at: performance.now() }
    return access_token
  }

  async function ask(path: string, { timeoutMs = ANSWER_MS, ...init }: Asking = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${await accessToken()}`, 'content-type': 'application/fhir+json', ...init.headers }
    return fetch(path.startsWith('http') ? path : `${demo.fhirBase}/${path}`, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) })
  }

  return {
    async submit({ text }) {
      let response: Response
      try {
        response = await ask('$submit', { method: 'POST', body: text })
      } catch {
        return 'ambiguous'
      }
      if (response.status === 201) return 'acknowledged'
      const said = await response.text().catch(() => '')
      return response.status >= 500 ? 'ambiguous' : { refused: `${response.status} ${errorsIn(said)}` }
    },
    async readAll(type) {
      const found: { id?: string; identifier?: { system?: string; value?: string }[] }[] = []
      for (let next: string | undefined = `${type}?_count=500`; next !== undefined; ) {
        const response: Response = await ask(next)
        if (response.status !== 200) throw new Error(`${type}: ${response.status} ${(await response.text()).slice(0, 300)}`)
        const page = (await response.json()) as {
          entry?: { resource: { id?: string; identifier?: { system?: string; value?: string }[] } }[]
          link?: { relation: string; url: string }[]
        }
        found.push(...(page.entry ?? []).map((e) => e.resource))
        next = page.link?.find((l) => l.relation === 'next')?.url
      }
      return found
    },
    ask,
    token: accessToken,
    draft: (about) => draft(facility, about),
  }
}

/** The errors of an OperationOutcome in English; warnings did not stand in the way. */
function errorsIn(text: string): string {
  try {
    const { issue } = JSON.parse(text) as { issue: { severity: string; diagnostics: string }[] }
    const errors = issue.filter((i) => i.severity === 'error').map((i) => i.diagnostics)
    return errors.slice(0, 3).join('; ')
  } catch {
    return text.slice(0, 300)
  }
}

/** @spec SMART Backend Services, client assertion */
async function assertion(facility: Facility, audience: string, clockMs: number): Promise<string> {
  const jwk = facility.privateKeyJwk as JWK
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES384', ...(jwk.kid ? { kid: jwk.kid } : {}), typ: 'JWT' })
    .setIssuer(facility.clientId)
    .setSubject(facility.clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(new Date(Date.now() + clockMs))
    .setExpirationTime(new Date(Date.now() + clockMs + 120_000))
    .sign(await importJWK(jwk, 'ES384'))
}

const YEAR = 2026
const MADE_AT = `${YEAR}-11-20T10:00:00.000+09:00`

/** A valid Bundle whose items carry the identifiers `<identifier>-<revision>-<n>`, so that each is known again wherever it is read. */
function draft(facility: Facility, about: Parameters<Hospital['draft']>[0]): Submission {
  const { person, identifier, revision, type, entries } = about
  const items = Array.from({ length: entries }, (_, n) =>
    (type === 'Condition' ? condition : laboratory)(`${identifier}-${revision}-${n}`, n),
  )
  const bundle = makeFiveItemBundle({
    sender: senderOf(facility),
    patient: patientOf(person),
    type,
    items,
    localId: identifier,
    year: YEAR,
    at: MADE_AT,
  })
  const text = JSON.stringify(bundle)
  const sha256 = createHash('sha256').update(text).digest('hex')
  return { name: `${identifier}#${revision}`, identifier, revision, person, type, entries, sha256, text }
}

const senderOf = ({ institutionNumber, name }: Facility): SenderInput => ({
  institutionNumber,
  name,
  department: { code: '01', name: '内科' },
  doctor: { id: 'D001', family: '障害', given: '試子', familyKana: 'ショウガイ', givenKana: 'タメコ' },
})

function patientOf({ memberId, name, birthDate }: Person): PatientInput {
  const [family = name, given = name] = name.split(' ')
  const address = { state: '東京都', city: '千代田区', line: '試験1-2-3', postalCode: '100-0000' }
  return { memberId, family, given, familyKana: 'シケン', givenKana: 'タロウ', gender: 'unknown', birthDate, address }
}

const diagnoses = [
  { keyNumber: '20061593', display: '高血圧症' },
  { keyNumber: '20058580', display: '肺炎' },
] as const

const condition = (id: string, n: number): ConditionInput => ({ type: 'Condition', id, code: diagnoses[n % 2]!, onset: '2025-04-01' })

const laboratory = (id: string, n: number): LaboratoryInput => ({
  type: 'Observation',
  id,
  local: { code: 'K_SER', display: 'カリウム' },
  standard: { list: 'core', code: '3H015000002326101', display: 'K' },
  taken: `2026-11-2${n % 3}T09:10:00+09:00`,
  specimen: '血清',
  value: { quantity: 3.5 + n / 10, unit: 'mmol/L', ucum: 'mmol/L' },
  range: { low: 3.6, high: 4.8 },
})
