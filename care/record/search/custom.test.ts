/** Search parameters that somebody defines: from the posted resource to what a search finds. @spec FHIR R4 SearchParameter */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rulesOf } from '../../../tests/harness/caller.ts'
import { HOSPITAL } from '../../../tests/harness/platform.ts'
import { forgetFreshness } from './custom.ts'
import { runReindex } from './reindex.ts'
import { openWorld, type World } from './world.fixture.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

type About = { id: string; base?: string[]; code?: string; type: string; expression: string; status?: string; parts?: string[] }
const define = (about: About) => ({
  resourceType: 'SearchParameter',
  id: about.id,
  url: `http://example.jp/sp/${about.id}`,
  name: about.id,
  status: about.status ?? 'active',
  description: 'x',
  code: about.code ?? about.id,
  base: about.base ?? ['Observation'],
  type: about.type,
  expression: about.expression,
  ...(about.parts ? { component: about.parts.map((expression) => ({ definition: 'http://example.jp/sp/part', expression })) } : {}),
})
const run = async (forwardMs = 60_000) => {
  world.platform.clock.forward(forwardMs)
  await runReindex({ db: world.platform.db, now: world.platform.clock.at }, 15_000)
  forgetFreshness()
}
const status = async () => JSON.stringify((await (await world.platform.system(HOSPITAL)).get('/fhir/R4/$reindex-status')).body)
const ask = async (query: string) => (await world.platform.system(HOSPITAL)).get(world.url(query), { prefer: 'handling=strict' })

test('a parameter is unknown until everything stored is indexed for it, then finds it, and what comes later', async () => {
  await world.put(define({ id: 'unit', type: 'token', expression: 'Observation.value.ofType(Quantity).code' }))
  await world.put(define({ id: 'words', type: 'string', expression: 'Observation.code.text' }))
  await world.put(
    define({ id: 'amount', type: 'number', expression: 'RiskAssessment.prediction.probability.ofType(decimal)', base: ['RiskAssessment'] }),
  )
  await world.put(define({ id: 'who', type: 'reference', expression: 'Observation.performer' }))
  await world.put(
    define({ id: 'heavy', type: 'token', expression: "Observation.value.ofType(Quantity).where(code = 'kg' and value > 40).exists()" }),
  )
  const of = (id: string, expression: string, base: string) => world.put(define({ id, type: 'reference', expression, base: [base] }))
  await of('actor', 'Procedure.performer.actor', 'Procedure')
  await of('asked-by', 'QuestionnaireResponse.questionnaire', 'QuestionnaireResponse')
  await world.put(define({ id: 'kind', type: 'token', expression: 'Procedure.code', base: ['Procedure'] }))
  const procedure = { resourceType: 'Procedure', status: 'completed', subject: { reference: `Patient/${world.taro.key}` } }
  const by = (actor: object) => ({ performer: [{ actor }] })
  await world.put({ ...procedure, id: 'ours', ...by({ reference: 'Practitioner/dr-sato' }), code: { text: '言葉だけ' } })
  await run(0)
  expect((await ask('Observation?unit=kg')).status).toBe(400)
  expect(await status()).toContain('waiting')
  await run()
  await run()
  expect(await status()).toContain('done')
  expect(await world.find('Observation?unit=kg')).toEqual(['weight'])
  expect(await world.find('Observation?unit:not=mmol/L&value-quantity:missing=false&subject=HANAKO')).toEqual(['below', 'weight'])
  expect(await world.find('Observation?words=血清')).toEqual(['k-4'])
  expect(await world.find('Observation?heavy=true')).toEqual(['weight'])
  expect(await world.find('Observation?words:exact=血圧')).toEqual(['bp-high', 'bp-low'])
  expect(await world.find('RiskAssessment?amount=gt0.2')).toEqual(['risk'])
  expect(await world.find('Observation?who=Practitioner/dr-sato')).toEqual(['k-4', 'taro-k'])
  expect(await world.find('Observation?who:missing=false&subject=HANAKO')).toEqual(['k-4', 'k-54'])
  // As those of the standard are: another server's is another, versions are passed over, words are not nothing.
  expect(await world.find('Procedure?actor=Practitioner/dr-sato')).toEqual(['ours'])
  expect(await world.find('Procedure?actor=Practitioner/dr-sato/_history/1')).toEqual(['ours'])
  expect(await world.find('Procedure?actor:Practitioner=dr-sato')).toEqual(['ours'])
  expect(await world.find('Procedure?actor=http://other.example/fhir/Practitioner/dr-sato')).toEqual(['elsewhere'])
  expect(await world.find('Procedure?actor=Practitioner/dr-sato&kind:missing=false')).toEqual(['ours'])
  expect(await world.find('QuestionnaireResponse?asked-by=http://example.jp/q/asked')).toEqual(['answered'])
  await world.put({
    resourceType: 'Observation',
    id: 'later',
    status: 'final',
    code: { text: '身長' },
    subject: { reference: `Patient/${world.taro.key}` },
    valueQuantity: { value: 170, code: 'cm', system: 'http://unitsofmeasure.org' },
  })
  expect(await world.find('Observation?unit=cm')).toEqual(['later'])
  expect(await world.find('Observation?unit=cm&words=身長')).toEqual(['later'])
})

test('a composite asks for parts of one element, and of the resource', async () => {
  const part = { type: 'composite', expression: 'Observation.component', parts: ['code', 'value.ofType(Quantity)'] }
  await world.put(define({ id: 'part', ...part }))
  await world.put(define({ id: 'when-much', type: 'composite', expression: 'Observation', parts: ['effective', 'value.ofType(Quantity)'] }))
  await run(0)
  expect((await ask('Observation?part=8480-6$gt100')).status).toBe(400)
  await run(20_000)
  await run(0)
  const high = await world.find('Observation?component-code-value-quantity=8480-6$gt135')
  expect(high).toEqual(['bp-high'])
  expect(await world.find('Observation?part=8480-6$gt135')).toEqual(high)
  expect(await world.find('Observation?part=8462-4$gt135')).toEqual([])
  expect(await world.find('Observation?part:missing=false&subject=HANAKO')).toEqual(['bp-high', 'bp-low'])
  expect(await world.find('Observation?when-much=2026-05-03$gt50')).toEqual(['weight'])
  expect(await world.find('Observation?when-much=2026-05-04$gt50')).toEqual([])
  expect(rulesOf(await ask('Observation?part=8480-6'))).toEqual(['search-invalid'])
  expect((await (await world.platform.system(HOSPITAL)).remove('/fhir/R4/SearchParameter/part')).status).toBe(204)
  await run(0)
  expect((await ask('Observation?part=8480-6$gt100')).status).toBe(400)
  expect(await world.platform.count(sql`select 1 from record.composite_value where param = 'part'`)).toBe(0)
})

test('what cannot be indexed says why', async () => {
  const system = await world.platform.system(HOSPITAL)
  for (const [id, change] of Object.entries({
    'bad-expression': { type: 'token', expression: 'Observation.nobody' },
    'bad-function': { type: 'token', expression: "Observation.code.where(memberOf('http://example.jp/vs'))" },
    'twice-defined': { type: 'token', expression: 'Observation.code', code: 'code' },
    'words-again': { type: 'string', expression: 'Observation.status', code: 'words' },
    'too-long': { type: 'token', expression: `${'('.repeat(3000)}Observation.code` },
    'no-kind': { type: 'composite', expression: 'Observation' },
  }))
    expect((await system.put(`/fhir/R4/SearchParameter/${id}`, define({ id, ...change }))).status).toBe(201)
  await run()
  const said = await status()
  for (const reason of [
    'no element',
    'memberOf',
    'expression',
    'Observation.code is built in',
    'two to five components',
    'Observation.words is defined twice',
    'more than 2000',
  ])
    expect(said).toContain(reason)
  expect(rulesOf(await ask('Observation?bad-expression=x'))).toEqual(['search-unsupported'])
})

test('a parameter taken back finds nothing any more and leaves nothing behind', async () => {
  expect((await (await world.platform.system(HOSPITAL)).remove('/fhir/R4/SearchParameter/unit')).status).toBe(204)
  expect((await (await world.platform.system(HOSPITAL)).remove('/fhir/R4/SearchParameter/twice-defined')).status).toBe(204)
  await run()
  expect(await world.find('Observation?words=血清')).toEqual(['k-4'])
  expect(await world.find('Observation?subject=HANAKO&code=2823-3')).toEqual(['k-4', 'k-54'])
  expect((await ask('Observation?unit=kg')).status).toBe(400)
  expect(await world.platform.count(sql`select 1 from record.string_value where param = 'unit'`)).toBe(0)
})

test('a walk that fails says so and holds up no other', async () => {
  const { db, clock } = world.platform
  await sql`update record.resource set body = 'broken ' || body where id = 'risk'`.execute(db)
  await sql`insert into record.reindex (key, task, types, state, started_at, at) values
    ('platform', 'built-in', '{RiskAssessment}', 'waiting', ${new Date(0)}, ${clock.at})`.execute(db)
  await world.put(define({ id: 'flavour', type: 'token', expression: 'Observation.status' }))
  world.platform.clock.forward(1_000)
  await expect(runReindex({ db, now: clock.at }, 0)).rejects.toThrow()
  forgetFreshness()
  expect(await status()).toContain('SyntaxError')
  await runReindex({ db, now: clock.at }, 0).catch(() => undefined)
  forgetFreshness()
  expect(await world.find('Observation?flavour=final&subject=TARO')).toEqual(['later', 'taro-k'])
  await sql`update record.resource set body = substr(body, 8) where id = 'risk'`.execute(db)
  await sql`delete from record.reindex where task = 'built-in'`.execute(db)
})

test('a walk that is broken off goes on where it stood; the built-in index can be made anew', async () => {
  const { db, clock } = world.platform
  const before = await world.platform.count(sql`select 1 from record.number_value`)
  await sql`delete from record.number_value`.execute(db)
  await sql`update record.resource set tokens = '{}' where type = 'Observation'`.execute(db)
  await sql`insert into record.reindex (key, task, types, state, started_at, at, after_key, after_type, after_id)
    select 'platform', 'built-in', '{}', 'running', ${new Date(0)}, ${clock.at}, key, type, id from record.resource order by key, type, id limit 1`.execute(
    db,
  )
  await run()
  expect(await world.platform.count(sql`select 1 from record.number_value`)).toBe(before)
  expect(await world.find('Observation?value-quantity=5.4|http://unitsofmeasure.org|mmol/L')).toEqual(['k-54', 'taro-k'])
  expect(await world.find('Observation?words=血清')).toEqual(['k-4'])
  expect(await world.platform.count(sql`select 1 from record.reindex where task = 'built-in' and state = 'done'`)).toBe(1)
})
