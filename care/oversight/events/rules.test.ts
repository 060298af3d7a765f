/** @spec http://hl7.org/fhir/R4/auditevent.html */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LoggedEntry } from '#kernel/audit-search'
import type { Refusal } from '#kernel/refusal'
import { refusals } from '#kernel/refusals'
import { hasError, validateResource } from '#packages/fhir'
import { markOf, readAsked } from './ask.ts'
import { csvField } from './csv.ts'
import { eventId, fhirOutcome, placeOfEvent, toAuditEvent } from './map.ts'
import { fhirAction, verbsOf } from './verbs.ts'

const shown = { words: (action: string) => `${action}の言葉`, shows: 'everything' } as const
const entry = (about: Partial<LoggedEntry> = {}): LoggedEntry => ({
  ...{
    key: 'abcdefghjkmnpqrstvwx',
    id: '01hx0000000000000000000000',
    at: new Date('2026-11-22T03:00:00Z'),
    actorKind: 'staff',
    actorId: 'doctor',
  },
  ...{ actorName: '山田 太郎', actorRole: 'physician', institutionNumber: '1310000019', institutionName: '甲病院', purpose: 'TREAT' },
  ...{
    action: 'chart.read',
    outcome: 'success',
    resource: 'Observation?',
    kinds: ['test-result'],
    count: 3,
    consentId: 'c1',
    rule: 'visit-consent',
  },
  ...{ law: '法', requestId: '01hx0000000000000000000001', via: 'session:s1', leafIndex: 7 },
  ...about,
})

describe('an entry as an AuditEvent', () => {
  test.each<[string, Partial<LoggedEntry>]>([
    ['a chart that was opened', {}],
    [
      'an app for a person',
      { actorKind: 'citizen', actorRole: '', actorName: '山川 花子 ［からだ手帳］', institutionNumber: '', institutionName: '' },
    ],
    ['a system, searching', { actorKind: 'system', actorRole: '', action: 'record.search' }],
    [
      'somebody nobody knows, refused',
      { key: '', actorKind: 'public', actorId: '', actorName: '', outcome: 'sign-in-failed', kinds: [], rule: '', resource: '' },
    ],
    ['one resource', { resource: 'Observation/abc', action: 'record.read' }],
    ['not in the tree yet', { leafIndex: null }],
  ])('%s is valid R4', (_name, about) => {
    const resource = toAuditEvent(entry(about), shown)
    expect(hasError(validateResource(resource)), JSON.stringify(validateResource(resource))).toBe(false)
  })
  test('the control: one without an agent is not', () => {
    const { agent: _agent, ...rest } = toAuditEvent(entry(), shown) as Record<string, unknown> & { resourceType: string }
    expect(hasError(validateResource(rest as never))).toBe(true)
  })
  test('whoever is not an auditor is not told the session of another', () => {
    expect(JSON.stringify(toAuditEvent(entry(), shown))).toContain('session:s1')
    expect(JSON.stringify(toAuditEvent(entry(), { ...shown, shows: 'without-origin' }))).not.toContain('session:s1')
  })
  test.each([
    ['record.create', 'C'],
    ['chart.read', 'R'],
    ['record.update', 'U'],
    ['record.delete', 'D'],
    ['record.search', 'E'],
    ['sign-in.staff', 'E'],
    ['citizen.home', 'R'],
  ])('%s is %s', (action, code) => expect(fhirAction(action)).toBe(code))

  test('every verb stands in one place, and the filter of an action says what its mapping says', () => {
    const words = (['C', 'U', 'D', 'E'] as const).flatMap((c) => (verbsOf(c) as { among: string[] }).among)
    expect(new Set(words).size).toBe(words.length)
    for (const word of [...words, 'read', 'home'])
      for (const code of ['C', 'R', 'U', 'D', 'E'] as const) {
        const filter = verbsOf(code)
        const through = 'among' in filter ? filter.among.includes(word) : !filter.not.includes(word)
        expect(through, `${word} ${code}`).toBe(fhirAction(`x.${word}`) === code)
      }
  })
  test('an outcome is done, refused or failed', () => {
    expect(fhirOutcome('success')).toBe('0')
    for (const [code, row] of Object.entries(refusals)) expect(fhirOutcome(code)).toBe(row.status >= 500 ? '8' : '4')
  })
  test('ids lead back to their entry, and nothing else is one', () => {
    for (const place of [
      { key: '', id: entry().id },
      { key: entry().key, id: entry().id },
    ])
      expect(placeOfEvent(eventId(place))).toEqual(place)
    for (const wrong of ['', 'x', `.${entry().id}`, `${entry().key}.`, `${entry().key}.${entry().id}x`])
      expect(placeOfEvent(wrong), wrong).toBeNull()
  })
})

describe('a question', () => {
  const asked = (text: string) => readAsked(new URLSearchParams(text))
  test.each<[string, object]>([
    ['patient=Patient/k1,k2', { keys: ['k1', 'k2'] }],
    ['entity=Patient/k1', { keys: ['k1'] }],
    ['patient=k1&entity=Patient/k2', { keys: [] }],
    ['agent=urn:x|doctor', { actorIds: ['doctor'] }],
    ['entity=Observation/abc', { resource: 'Observation/abc' }],
    ['date=2026-11-22', { from: new Date('2026-11-21T15:00:00Z'), to: new Date('2026-11-22T15:00:00Z') }],
    ['date=ge2026-11-21&date=lt2026-11-22', { from: new Date('2026-11-20T15:00:00Z'), to: new Date('2026-11-21T15:00:00Z') }],
    ['date=gt2026-11-21', { from: new Date('2026-11-21T15:00:00Z') }],
    ['altid=r1&institution=13', { requestIds: ['r1'], institutionNumber: '13' }],
    ['outcome=0', { outcomes: { among: ['success'] } }],
    ['patient=&agent=', {}],
  ])('%s', (text, filter) => expect(asked(text).filter).toEqual(filter))
  test.each([
    ['_has=x', 'search-unsupported'],
    ['constructor=x', 'search-unsupported'],
    ['patient:missing=true', 'search-unsupported'],
    ['date=yesterday', 'search-invalid'],
    ['action=X', 'search-invalid'],
    ['outcome=1', 'search-invalid'],
    ['outcome=toString', 'search-invalid'],
    ['_count=0', 'search-invalid'],
    ['_sort=date', 'search-invalid'],
    ['_after=1', 'search-invalid'],
  ])('%s is refused: %s', (text, code) => {
    expect(() => asked(text)).toThrow(expect.objectContaining({ code }) as Refusal)
  })
  test('a page is bounded, whatever is asked', () => {
    expect(asked('_count=100000').limit).toBe(200)
    expect(asked('').limit).toBe(50)
  })
  test('the mark of a page leads to the place after its last entry', () => {
    expect(asked(`_after=${markOf(entry())}`).after).toEqual({ at: entry().at, id: entry().id })
  })
})

test('no field of a file is a formula', () => {
  expect(['=1+1', '＝1', ' @x', '\tx', '-1'].map(csvField)).toEqual(['"\'=1+1"', '"\'＝1"', '"\' @x"', '"\'\tx"', '"\'-1"'])
  fc.assert(fc.property(fc.string(), (text) => !/^"\s*[=+\-@＝＋－＠]/.test(csvField(text))))
})
