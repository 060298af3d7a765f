/** What is wrong with a resource, asked of the running surface. @spec FHIR R4 Resource/$validate */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askAt, type Ask, type Answer } from '../../tests/conformance/claims.ts'
import { hanako, openServed, type Served } from '../../tests/harness/served.ts'
import * as fixtures from '../../packages/fhir/clins/fixtures.ts'

let served: Served
let ask: Ask
let key: string
beforeAll(async () => {
  served = await openServed()
  const { access_token } = await (await served.client('validating')).token()
  ask = askAt(served.base, () => ({ authorization: `Bearer ${access_token}` }))
  const made = await ask('POST', 'Patient', { body: hanako() })
  key = String(made.body.id ?? made.headers.get('location')?.split('/Patient/')[1]?.split('/')[0])
}, 60_000)
afterAll(() => served?.close())

type Issue = { severity: string; expression?: string[]; extension?: { valueInteger: number }[]; details: { coding: { code: string }[] } }
const issues = ({ body }: Answer) => (body.issue ?? []) as Issue[]
const errors = (answer: Answer) =>
  issues(answer)
    .filter((i) => i.severity === 'error')
    .map((i) => `${i.details.coding?.[0]?.code} ${i.expression?.[0] ?? ''}`.trim())
const patient = { resourceType: 'Patient', gender: 'female', birthDate: '1958-04-12' }
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })

describe('$validate', () => {
  const cases: [what: string, path: string, body: unknown, errors: string[]][] = [
    ['a sound resource', 'Patient/$validate', patient, []],
    ['a wrong code', 'Patient/$validate', { ...patient, gender: 'lady' }, ['structure/binding Patient.gender']],
    ['no JSON at all', 'Patient/$validate', '{"resourceType": ', ['json/syntax']],
    ['another type than the address', 'Observation/$validate', patient, ['structure/resource-type Patient']],
    [
      'inside Parameters',
      'Patient/$validate',
      parameters({ name: 'resource', resource: { ...patient, birthDate: 'x' } }),
      ['structure/format Patient.birthDate'],
    ],
    ['another id than the address', `Patient/nobody/$validate`, { ...patient, id: 'other' }, ['validate/id id']],
    ['what is to be deleted', 'Patient/$validate?mode=delete', { ...patient, gender: 'lady' }, []],
    [
      'a submission by its own rules',
      'Bundle/$validate',
      { ...fixtures.conditionBundle(), identifier: undefined },
      ['R02151 Bundle.identifier.system'],
    ],
  ]
  test.each(cases)('finds in %s what is wrong', async (_what, path, body, found) => {
    const answer = await ask('POST', path, { body })
    expect([answer.status, answer.body.resourceType]).toEqual([200, 'OperationOutcome'])
    if (found.length === 0) expect(errors(answer)).toEqual([])
    else expect(errors(answer)).toEqual(expect.arrayContaining(found))
  })

  test('takes XML, and says line and column', async () => {
    const body = '<Patient xmlns="http://hl7.org/fhir">\n  <gender value="lady"/>\n</Patient>'
    const answer = await ask('POST', 'Patient/$validate', { body, type: 'application/fhir+xml' })
    expect(
      issues(answer)
        .find((i) => i.severity === 'error')
        ?.extension?.map((e) => e.valueInteger),
    ).toEqual([2, 3])
  })

  test('checks what is stored, as the caller sees it, and nothing the caller may not see', async () => {
    const stored = await ask('GET', `Patient/${key}/$validate`)
    expect([stored.status, stored.body.resourceType, errors(stored)]).toEqual([200, 'OperationOutcome', []])
    expect((await ask('POST', `Patient/${key}/$validate`, { body: parameters() })).status).toBe(200)
    expect((await ask('GET', 'Patient/nobody/$validate')).status).toBe(404)
  })

  test('keeps nothing', async () => {
    const before = await served.db
      .selectFrom('record.resource' as never)
      .select(({ fn }) => fn.countAll().as('n' as never))
      .execute()
    await ask('POST', 'Patient/$validate', { body: patient })
    expect(
      await served.db
        .selectFrom('record.resource' as never)
        .select(({ fn }) => fn.countAll().as('n' as never))
        .execute(),
    ).toEqual(before)
  })

  test.each([
    ['an unknown profile', 'Patient/$validate?profile=http://nowhere.example/P', patient, 'profile/not-loaded', 200],
    ['an unknown mode', 'Patient/$validate?mode=guess', patient, 'input-invalid', 400],
    ['an unknown type', 'Nonsense/$validate', patient, 'type-unknown', 404],
    ['Parameters without a resource', 'Patient/$validate', parameters(), 'input-invalid', 400],
  ] as const)('says of %s what it is', async (_what, path, body, rule, status) => {
    const answer = await ask('POST', path, { body })
    expect(answer.status).toBe(status)
    if (rule !== 'profile/not-loaded') expect(issues(answer)[0]?.details.coding[0]?.code).toBe(rule)
  })

  test('is for those who have proved who they are', async () => {
    expect((await askAt(served.base, () => ({}))('POST', 'Patient/$validate', { body: patient })).status).toBe(401)
  })
})
