import { sql } from 'kysely'
import type { Caller, FhirBody } from '../harness/caller.ts'
import { HOSPITAL, STRANGER } from '../harness/platform.ts'
import { identifierSystems, resourceTypes, searchParametersFor } from '#packages/fhir'
import { leaked } from './a1.ts'
import { recordOf, type Stored } from './fingerprint.ts'
import type { Attack, Tried } from './result.ts'
import { openWorld, type World } from './world.ts'

/** Values that become SQL, patterns, arrays, paths or expressions where somebody builds text from them. */
const values = [
  "' or '1'='1",
  "x'; drop table record.resource; --",
  "x') or (select pg_sleep(3)) is null --",
  "\\' or 1=1 --",
  '1) or (1=1',
  '{a,b}',
  '"}\' or true --',
  '$1',
  '%',
  '_%',
  '*',
  '%00',
  '\u0000',
  "a|b' or ''='",
  "|' or 1=1 --",
  "Patient/x' or '1'='1",
  "gt2020-01-01' or 1=1 --",
  "5.4|http://unitsofmeasure.org|mg' or 1=1 --",
  '(a+)+$',
  '../../Patient',
  '＇ or 1=1 --',
  '#{7*7}',
  '�'.repeat(300),
]

/** Names, modifiers and whole queries. */
const queries = (key: string): string[] => [
  `code'%20or%201=1--=x`,
  `code:in'--=x`,
  `code:text%27)%20or%20(1=1=x`,
  `_sort=date;drop%20table%20record.resource`,
  `_sort=-(select%201)`,
  `_include=*'%20or%201=1`,
  `_include=Observation:subject'--`,
  `_revinclude=Observation:subject:Patient'--`,
  `_has:Observation:subject:code'%20or%20'1'='1=x`,
  `subject.name'%20or%201=1=x`,
  `subject:Patient.name=%27%20or%201=1--`,
  `_cursor=%27%20or%201=1--`,
  `_cursor=${Buffer.from(`["x' or 1=1 --","${key}"]`).toString('base64url')}`,
  `_count=1;drop%20table%20record.resource`,
  `_count=1)%20union%20select%20body%20from%20record.resource--`,
  `_elements=id,(select%20body)`,
  `_summary=true'--`,
  `_total=accurate'--`,
  `_lastUpdated=gt2020-01-01'--`,
  `_filter=code%20eq%20%22'%20or%201=1--%22`,
  `_type=Patient'--`,
  `_list=x'--`,
  `_text=%27%20or%201=1--`,
  `_content=%25`,
  `_tag=%27%7C%27`,
  `_security=' or 1=1`,
]

const isMatch = (body: FhirBody) => (body.entry ?? []).filter((e) => e.search?.mode === 'match').length

async function injected(world: World, quick: boolean, random: Parameters<Attack['run']>[0]['random']): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const stranger = world.attackers.find((a) => a.name === 'a stranger’s system')!
  const hospital = await world.platform.system(HOSPITAL)
  const ask = async (type: string, query: string, widens: boolean) => {
    const url = `/fhir/R4/${type}?${query}`
    const heard = await stranger.caller.get(url)
    result.tried++
    const found = leaked(stranger, heard)
    if (found.length > 0) result.leaks.push(`${url} shows ${found.join(', ')}`)
    if (heard.status >= 500) result.leaks.push(`${url} → ${heard.status} ${heard.text.slice(0, 200)}`)
    if (/syntax error|SQLSTATE|relation \\?"|column \\?"|invalid input syntax/.test(heard.text))
      result.leaks.push(`${url} tells of the database: ${heard.text.slice(0, 200)}`)
    // The hospital may see its own; a value that nobody has must still find nothing of it.
    if (!widens) return
    const own = await hospital.get(url)
    result.tried++
    if (own.status >= 500) result.leaks.push(`hospital: ${url} → ${own.status}`)
    if (isMatch(own.body) > 0) result.leaks.push(`hospital: ${url} finds ${isMatch(own.body)} by a value that nobody has`)
  }
  const all = resourceTypes.flatMap((type) => searchParametersFor(type).map((p) => ({ type, name: p.code })))
  const chosen = quick ? random.shuffle(all).slice(0, 25) : all
  for (const [n, { type, name }] of chosen.entries()) {
    // Every value on some of the parameters; on the others a few, another few each time.
    const some = n % 10 === 0 ? values : random.shuffle(values).slice(0, quick ? 3 : 6)
    for (const value of some) await ask(type, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`, n % 10 === 0 && !isWild(value))
  }
  for (const type of ['Observation', 'Patient', 'Condition']) for (const query of queries(world.victim.key)) await ask(type, query, false)
  return result
}

/** A value that may mean something after all, e.g. an expression of the form of a token. */
const isWild = (value: string) => value === '*' || value === '�'.repeat(300)

/** Other spellings of a member id: the same person, or nobody; never a second one. */
const spellings = (memberId: string): string[] => {
  const wide = memberId.replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d)))
  const mathematical = memberId.replace(/\d/g, (d) => String.fromCodePoint(0x1d7ce + Number(d)))
  return [
    wide,
    mathematical,
    `${memberId} `,
    ` ${memberId}`,
    memberId.replaceAll(':', '：'),
    `${memberId}\u200b`,
    memberId.replace(/(\d)/, '$1\u200d'),
    `\ufeff${memberId}`,
    memberId.replace('0', 'O'),
    memberId.replace('0', '\u0660'),
  ]
}

/** What one reader sees as the same id: widths folded, nothing invisible. */
const plain = (text: string) => text.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '')

async function confused(world: World, stranger: Caller): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const memberId = world.victim.memberId!
  for (const spelling of spellings(memberId)) {
    const patient = {
      resourceType: 'Patient',
      identifier: [{ system: identifierSystems.memberId, value: spelling }],
      name: [{ family: '偽', given: ['者'], text: '偽 者' }],
      gender: 'female',
      birthDate: '1958-04-12',
    }
    const heard = await stranger.post('/fhir/R4/Patient', patient)
    result.tried++
    const found = leaked({ may: () => false }, heard)
    if (found.length > 0) result.leaks.push(`Patient with ${JSON.stringify(spelling)} shows ${found.join(', ')}`)
    if (heard.status >= 500) result.leaks.push(`Patient with ${JSON.stringify(spelling)} → ${heard.status}`)
    if (heard.status === 201 && plain(spelling) === plain(memberId)) result.leaks.push(`${JSON.stringify(spelling)} became a second person`)
    const search = await stranger.get(`/fhir/R4/Patient?identifier=${encodeURIComponent(spelling)}`)
    result.tried++
    const shown = leaked({ may: () => false }, search)
    if (shown.length > 0) result.leaks.push(`search by ${JSON.stringify(spelling)} shows ${shown.join(', ')}`)
  }
  return result
}

/** The product made wrong: a search that writes values into its SQL. */
function careless(world: World): void {
  const row = world.rows.find((r) => r.method === 'GET' && r.path === '/fhir/R4/:type')!
  Object.assign(row, {
    handle: async (ctx: { db: typeof world.platform.db }, { query }: { query: URLSearchParams }) => {
      const [value = ''] = query.values()
      const text = `select body from record.resource r where r.source = '${STRANGER}' and r.id = '${value}'`
      const { rows } = await sql<{ body: string }>`${sql.raw(text)}`.execute(ctx.db)
      return { fhir: `{"resourceType":"Bundle","entry":[${rows.map((r) => `{"resource":${r.body || '{}'}}`).join(',')}]}` }
    },
  })
}

/** A17: SQL and search injection over every parameter of every type; identifiers that look alike. */
export const a17: Attack = {
  what: 'SQL and search injection over every search parameter of every type; look-alike identifiers',
  control: 'a search that builds its SQL from values',
  async run({ quick, random, mutated, tell }) {
    const world = await openWorld({ blind: false })
    try {
      if (mutated) careless(world)
      const before = await recordOf(world.platform)
      const first = await injected(world, quick || mutated, random)
      const second = mutated ? { tried: 0, leaks: [] } : await confused(world, await world.platform.system(STRANGER))
      const after = await recordOf(world.platform).catch(() => new Map<string, Stored>())
      const changed = [...before].filter(([name, was]) => after.get(name)?.sha !== was.sha).map(([name]) => `${name} was changed`)
      tell(`${first.tried} searches, ${second.tried} spellings`)
      return { tried: first.tried + second.tried, leaks: [...first.leaks, ...second.leaks, ...changed] }
    } finally {
      await world.close()
    }
  },
}
