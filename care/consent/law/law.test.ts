import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays } from '#kernel/japan'
import { beforeAskingAbroad, countryOn } from './abroad.ts'
import { duties } from './duties.ts'
import { exceptions, situations } from './exceptions.ts'
import { against, type LawFact, lawFacts } from './facts.ts'
import { mayWe } from './judge.ts'
import { type Act, bodyKinds, type Duty, type Held, type LawFacts, rowsFor } from './model.ts'
import { ageRules, relativeMaySee, whoConsents } from './people.ts'
import { retentionYears } from './retention.ts'

const ON = '2026-11-22'
const facts = (names: readonly LawFact[], held: Held = true): LawFacts => Object.fromEntries(names.map((name) => [name, held]))
/** The least that meets a duty. */
const enough = (duty: Duty): LawFact[] => [...duty.all, ...(duty.any?.slice(0, 1) ?? [])]
/** A duty alone, so that others of the same act do not answer for it. */
const only = (duty: Duty) => ({ act: duty.acts[0]!, body: duty.binds[0]!, rows: { duties: [duty], exceptions: [] } })

test('every duty of the Act that the platform knows stands in the table', () => {
  const numbers = new Set(duties.map((d) => d.id.replace(/[a-z]$/, '')))
  expect([...numbers].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))).toEqual(Array.from({ length: 28 }, (_, i) => `P${i + 1}`))
  expect(new Set(duties.map((d) => d.id)).size).toBe(duties.length)
})

describe.each(duties.map((duty) => [`${duty.id} ${duty.title.en}`, duty] as const))('%s', (_, duty) => {
  const say = (held: LawFacts, on = ON) => mayWe({ ...only(duty), facts: held, on }).allowed
  test('allowed with what it demands', () => expect(say(facts(enough(duty)))).toBe(true))
  test('refused without any one of it', () => {
    for (const one of enough(duty)) expect(say(facts(enough(duty).filter((name) => name !== one)))).toBe(false)
    for (const no of duty.never ?? []) expect(say(facts([...enough(duty), no]))).toBe(false)
  })
  test('refused from the day after what it rests on has expired', () => {
    const until = { since: '2026-01-01', until: '2026-11-21' }
    expect([say(facts(enough(duty), until), '2026-11-21'), say(facts(enough(duty), until))]).toEqual([true, false])
  })
  test('binds by day and kind of body alone', () => {
    for (const body of bodyKinds) expect(rowsFor([duty], ON, body).length === 1).toBe(duty.binds.includes(body))
    expect(rowsFor([duty], addDays(duty.from!, -1), duty.binds[0]!)).toEqual([])
    expect(rowsFor([{ ...duty, until: '2026-11-21' }], ON, duty.binds[0]!)).toEqual([])
  })
  test('no lawyer has signed it yet', () => expect(duty.signedOffBy).toBeNull())
})

describe('the exceptions, by situation and act', () => {
  const asks = {
    collect: ['fair-means', 'purpose-told'],
    use: ['proper-use-judged'],
    provide: ['security-in-place', 'record-made'],
  } as const
  test.each(exceptions.map((e) => [e.id, e] as const))('%s stands in for consent where its facts are there, and only then', (_, e) => {
    const body = e.binds[0]!
    const say = (names: readonly LawFact[], on = ON) => mayWe({ act: e.act, body, on, facts: facts([...asks[e.act], ...names]) })
    const proposed = e.from === null
    expect(say(e.needs).exceptionsUsed.map((x) => x.id)).toEqual(proposed ? [] : [e.id])
    expect(say(e.needs).allowed).toBe(!proposed)
    for (const one of e.needs) expect(say(e.needs.filter((n) => n !== one)).exceptionsUsed.map((x) => x.id)).not.toContain(e.id)
    expect(say(e.needs, '2022-03-31').allowed).toBe(false)
  })

  test('what is proposed is off, and a day entered switches it on', () => {
    const ask = {
      act: 'provide',
      body: 'private',
      on: '2028-04-01',
      facts: facts([...asks.provide, 'statistics-only', 'contract-and-publication']),
    } as const
    expect(mayWe(ask).allowed).toBe(false)
    const enacted = exceptions.map((e) => (e.situation === 'statistics' ? { ...e, from: '2028-04-01' } : e))
    expect(mayWe({ ...ask, rows: { exceptions: enacted } }).allowed).toBe(true)
    expect(mayWe({ ...ask, on: '2028-03-31', rows: { exceptions: enacted } }).allowed).toBe(false)
  })

  test('a private hospital is no academic body', () => {
    const ask = { act: 'use', on: ON, facts: facts(['proper-use-judged', 'academic-purpose', 'rights-not-harmed']) } as const
    expect([mayWe({ ...ask, body: 'academic' }).allowed, mayWe({ ...ask, body: 'private' }).allowed]).toEqual([true, false])
  })
  test('no situation is named twice', () => expect(new Set(situations.map((s) => s.id)).size).toBe(situations.length))
})

const anyFact = fc.constantFrom(...(Object.keys(lawFacts) as LawFact[]))
const anyFacts = fc.uniqueArray(anyFact, { maxLength: 30 })
const anyAct = fc.constantFrom(...new Set(duties.flatMap((d) => d.acts)))

describe('laws of the table', () => {
  const ask = (act: Act, body: (typeof bodyKinds)[number], held: LawFacts) => mayWe({ act, body, on: ON, facts: held }).allowed
  test('a refusal, an opt-out or special care added never opens anything', () => {
    fc.assert(
      fc.property(anyAct, fc.constantFrom(...bodyKinds), anyFacts, fc.constantFrom(...against), (act, body, names, no) => {
        if (ask(act, body, facts([...names, no]))) expect(ask(act, body, facts(names))).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
  test('an expiry never opens anything', () => {
    fc.assert(
      fc.property(anyAct, fc.constantFrom(...bodyKinds), anyFacts, anyFact, (act, body, names, over) => {
        const open = names.filter((n) => !against.includes(n))
        const ended = { ...facts(open), ...(open.includes(over) ? { [over]: { since: '2020-01-01', until: '2026-11-21' } } : {}) }
        if (ask(act, body, ended)) expect(ask(act, body, facts(open))).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
  test('an act that no duty speaks of is not allowed', () =>
    expect(mayWe({ act: 'research', body: 'private', on: ON, facts: {} }).allowed).toBe(false))
  test('control: the property sees a table in which a refusal opens', () => {
    const wrong = duties.map((d) => (d.id === 'P10' ? { ...d, any: ['consent-refused'] as const } : d))
    const say = (names: LawFact[]) =>
      mayWe({
        act: 'provide',
        body: 'private',
        on: ON,
        facts: facts(['security-in-place', 'record-made', ...names]),
        rows: { duties: wrong },
      }).allowed
    expect([say([]), say(['consent-refused'])]).toEqual([false, true])
  })
})

describe('abroad, children, retention', () => {
  test('nothing goes to a country without a row; equivalents begin with their day', () => {
    expect([countryOn('EEA', ON)?.designated, countryOn('GB', ON)?.designated, countryOn('US', ON)]).toEqual([true, true, undefined])
    expect(countryOn('GB', '2022-03-31')).toBeUndefined()
  })
  test('what is unknown is said to be unknown, by its own rule', () => {
    expect(beforeAskingAbroad({ country: null, receiverMeasures: null }).map((b) => [b.id, b.known, b.rule])).toEqual([
      ['country', false, '規則第17条第3項'],
      ['system', false, '規則第17条第3項'],
      ['measures', false, '規則第17条第4項'],
    ])
    expect(beforeAskingAbroad({ country: 'US', receiverMeasures: 'x' }).every((b) => b.known)).toBe(true)
  })
  test.each([
    ['2014-11-23', 'guardian'],
    ['2014-11-22', 'both'],
    ['2010-11-23', 'both'],
    ['2010-11-22', 'person'],
  ])('born %s: %s consents', (born, who) => expect(whoConsents(born, ON)).toBe(who))
  test('the proposed age of 16 is off, and a day switches it on', () => {
    expect(whoConsents('2011-01-01', ON)).toBe('both')
    expect(
      whoConsents(
        '2011-01-01',
        ON,
        ageRules.map((r) => ({ ...r, from: r.from ?? ON })),
      ),
    ).toBe('guardian')
  })
  test('a mark of protection beats a relative’s right', () => {
    expect(relativeMaySee({ entitled: true, protectedFromRelatives: true })).toBe(false)
    expect(relativeMaySee({ entitled: true, protectedFromRelatives: false })).toBe(true)
  })
  test.each([
    ['chart', 5],
    ['other-medical', 5],
    ['provision-record', 3],
    ['access-log', 5],
  ] as const)('%s: %i years', (of, years) => expect(retentionYears(of, ON)).toBe(years))
})
