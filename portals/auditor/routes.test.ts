/** The auditors' pages over a log written by hand. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isHttpRow, type Row } from '#kernel/route'
import { HOSPITAL } from '../../tests/harness/platform.ts'
import { look, openOversight, type Oversight } from '../../care/oversight/oversight.fixture.ts'
import { auditorRoutes } from './index.ts'

let o: Oversight
let rows: Row[]
type Who = Awaited<ReturnType<Oversight['staff']>>
let auditor: Who
const people: { key: string; personId: string }[] = []
const at = (minutes: number) => new Date(Date.parse('2026-11-20T03:00:00Z') + minutes * 60_000).toISOString()

beforeAll(async () => {
  o = await openOversight({
    rows: () => {
      rows = auditorRoutes({ base: 'http://localhost/fhir/R4', demo: true, surface: () => rows })
      return rows
    },
  })
  auditor = await o.staff('auditor', HOSPITAL)
  for (let n = 0; n < 3; n++) people.push(await o.enter({ name: `=危険 ${n}` }))
  await o.log(people.map((p, n) => look({ at: at(n), key: p.key, actorId: 'doctor', actorName: '=1+1', via: 'session:s1' })))
  await sql`insert into oversight.finding (id, rule, actor_id, actor_name, actor_role, institution_number, institution_name, touched_key, day, first_at, last_at,
      times, figures, state, due_at)
    values ('f1', 'volume', 'doctor', '青山 春樹', 'physician', ${HOSPITAL}, 'みどり総合病院', '', '2026-11-20', ${at(0)}, ${at(9)}, 7, '{"persons":41,"usual":10.25,"peers":9}', 'open', ${at(0)}),
      ('f2', 'colleague', ${auditor.id}, '監査 本人', 'auditor', ${HOSPITAL}, 'みどり総合病院', ${people[0]!.key}, '2026-11-20', ${at(0)}, ${at(0)}, 1, '{}', 'open', ${at(0)})`.execute(
    o.db,
  )
})
afterAll(() => o?.close())

const page = async (path: string, lang = 'ja') =>
  (await auditor.get(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`, { accept: 'text/html' })).text
const post = (path: string, json: object) => auditor.post(path, json, { accept: 'application/json' })

describe('every row of the desk', () => {
  test('is closed to everybody but auditors', async () => {
    const all = rows.filter(isHttpRow).filter((row) => !row.who.includes('citizen'))
    expect(all.length).toBeGreaterThan(20)
    const others = await Promise.all((['physician', 'clerk', 'operator', 'administrator'] as const).map((role) => o.staff(role, HOSPITAL)))
    for (const row of all) {
      const path = row.path
        .replace(':step', 'contain')
        .replace(':which', 'final')
        .replace(/:[a-z]+/g, 'f1')
      for (const other of others)
        expect((await (row.method === 'GET' ? other.get(path) : other.post(path, {}))).status, `${row.method} ${path}`).toBe(403)
    }
  })
  test('the control: an auditor is let in', async () => {
    for (const path of [
      '/audit',
      '/audit/events',
      '/audit/findings',
      '/audit/findings/f1',
      '/audit/watched',
      '/audit/scope',
      '/audit/breaches',
      '/audit/breaches/new',
    ])
      expect((await auditor.get(path)).status, path).toBe(200)
  })
})

describe('the log', () => {
  test('the form keeps what was typed, and says what cannot be read', async () => {
    const answer = await auditor.get('/audit/events?_count=x&agent=doctor', { accept: 'text/html' })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('value="doctor"')])
  })
  test('a file of it runs nothing in a spreadsheet', async () => {
    const { text } = await auditor.get('/audit/events/download?agent=doctor')
    expect(text).toContain(`"'=1+1"`)
    expect(text).not.toContain('"=1+1"')
    expect(text.trim().split('\r\n')).toHaveLength(4)
  })
})

describe('a finding', () => {
  test('says what to ask, with its figures, in both languages', async () => {
    const ja = await page('/audit/findings/f1')
    for (const said of ['ふだんより多い人数', '41', '10.3', 'この判断を残す']) expect(ja).toContain(said)
    expect(await page('/audit/findings/f1', 'en')).toContain('More people than usual')
  })
  test('about oneself has no form, and is refused', async () => {
    expect(await page('/audit/findings/f2')).not.toContain('この判断を残す')
    expect((await post('/audit/findings/f2', { verdict: 'justified:in-charge' })).status).toBe(403)
  })
  test('leads to a case', async () => {
    expect((await post('/audit/findings/f1', { verdict: 'nothing' })).status).toBe(400)
    const { body } = await post('/audit/findings/f1', { verdict: 'breach:unjustified', note: '' })
    expect(String(body.redirect)).toMatch(/^\/audit\/breaches\//)
    expect((await post('/audit/findings/f1', { verdict: 'justified:in-charge' })).status).toBe(409)
  })
})

describe('a breach', () => {
  const facts = { title: '盗まれた端末', knownOn: '2026-11-20', persons: '1', body: 'private', specialCare: 'yes', wrongfulPurpose: 'yes' }
  test.each([
    [{ title: '' }, 'title'],
    [{ knownOn: '2027-01-01' }, 'knownOn'],
    [{ persons: 'many' }, 'persons'],
    [{ body: 'constructor' }, 'body'],
  ])('%j is refused at %s', async (change, field) => {
    const answer = await post('/audit/breaches', { ...facts, ...change })
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([400, expect.stringContaining(field)])
  })
  test('shows the law’s clocks from the day of knowing, and is worked through to the letter each person opens', async () => {
    const { body: asked } = await post('/audit/scope', { actorId: 'doctor', to: '2026-11-21' })
    await o.scopes()
    const scope = String(asked.redirect)
    expect((await auditor.get(`${scope}/download?as=csv`)).text.trim().split('\r\n')).toHaveLength(4)
    expect(JSON.parse((await auditor.get(`${scope}/download?as=json`)).text)).toMatchObject({
      scope: { persons: 3 },
      touched: [{}, {}, {}],
    })
    const { body } = await post('/audit/breaches', { ...facts, scope: scope.split('/').at(-1) })
    const home = String(body.redirect)
    await o.scopes()
    const first = await page(home)
    expect(first).toContain('2026年11月25日')
    expect(first).toContain('2027年1月19日')
    await post(`${home}/draft`, {})
    const step = (name: string) => post(`${home}/steps/${name}`, { note: '覚え' })
    expect((await step('contain')).status).toBe(200)
    expect((await step('report')).status).toBe(200)
    expect((await step('tell')).status).toBe(409)
    const texts = ['outline', 'data', 'persons', 'cause', 'secondary-harm', 'action', 'publication', 'prevention', 'other'].map((id) => [
      `item-${id}`,
      `${id}のこと`,
    ])
    await post(`${home}/items`, Object.fromEntries(texts))
    expect((await step('nothing')).status).toBe(404)
    expect((await step('tell')).status).toBe(200)
    const id = home.split('/').at(-1)!
    const [person] = people
    const own = await (await o.citizen(person!)).get(`/me/breaches/${id}`, { accept: 'text/html' })
    expect([own.status, own.text]).toEqual([200, expect.stringContaining('outlineのこと')])
    const stranger = await o.enter({ name: '無関係 一' })
    expect((await (await o.citizen(stranger)).get(`/me/breaches/${id}`)).status).toBe(404)
    expect(await page(`${home}/report/final`)).toContain('preventionのこと')
    expect(await page(`${home}/letters`)).toContain('=危険 0 様')
  })
})

test.each([
  ['yes', true],
  ['on', true],
  ['no', false],
  ['False', false],
  ['', false],
])('a program that says drill: %j enters a case in which drill is %j', async (drill, is) => {
  const facts = { title: '盗難', knownOn: '2026-11-20', persons: '1', body: 'private', drill }
  const { body } = await post('/audit/breaches', facts)
  expect((await auditor.get(`/audit/breaches/${String(body.id)}`, { accept: 'application/json' })).body).toMatchObject({
    breach: { drill: is },
  })
})
