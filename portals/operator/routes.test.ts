import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { personService } from '#care/person'
import { A, B, jwkOf, openOperator, type Operator } from './operator.fixture.ts'
import { operatorRoutes } from './index.ts'
import { isHttpRow } from '#kernel/route'

let op: Operator
beforeAll(async () => {
  op = await openOperator()
}, 60_000)
afterAll(() => op.close())

const NURSE = {
  role: 'nurse',
  name: '看護 花',
  nameKana: 'カンゴ ハナ',
  from: '2026-04-01',
  licenceKind: 'nurse',
  licenceNumber: '1234567',
  licenceFrom: '2015-04-01',
}
const keysOf = (...keys: object[]) => JSON.stringify({ keys })
const SYSTEM = { name: '電子カルテ', scopes: ['system/*.cruds'], binding: 'any' }

describe('the operator', () => {
  test('registers a facility; a number that does not fit its kind is refused at its field', async () => {
    const given = {
      kind: 'pharmacy',
      name: '丁薬局',
      nameEn: 'Tei Pharmacy',
      from: '2026-04-01',
      institutionNumber: '１３４００００１２３',
    }
    expect((await op.post('operator', '/operator/facilities', { ...given, kind: 'clinic' })).text).toContain('点数表')
    const made = await op.post('operator', '/operator/facilities', given)
    expect(made.body).toMatchObject({ redirect: '/operator/facilities/1340000123' })
    expect((await op.post('operator', '/operator/facilities', given)).status, 'twice').toBe(400)
    const { body } = await op.get('operator', '/operator/facilities/1340000123')
    expect(body.changes).toMatchObject([{ act: 'facility.enter', byId: 'operator', fields: { name: { from: null, to: '丁薬局' } } }])
  })

  test('changes one: the history says what it was and became; a facility that ended has neither staff nor systems', async () => {
    const number = '1310000092'
    await op.post('operator', '/operator/facilities', { kind: 'clinic', name: '戊医院', from: '2026-04-01', institutionNumber: number })
    await op.post('operator', `/operator/facilities/${number}/staff`, { ...NURSE, loginName: 'bo-nurse' })
    const id = await staffId('bo-nurse')
    expect((await op.get(id, '/operator')).status, 'a nurse keeps no register, but is somebody').toBe(403)
    await op.post('operator', `/operator/facilities/${number}`, { kind: 'clinic', name: '戊医院', from: '2026-04-01', until: '2026-11-21' })
    expect((await op.get(id, '/operator')).status, 'nobody any more').toBe(401)
    const { body } = await op.get('operator', `/operator/facilities/${number}`)
    expect(body.changes).toMatchObject([{ fields: { until: { from: null, to: '2026-11-21' } } }, {}])
  })

  test('puts departments', async () => {
    expect(
      (await op.post('operator', `/operator/facilities/${A}/departments`, { code: '01', name: '内科', from: '2026-04-01' })).status,
    ).toBe(200)
    expect((await op.post('operator', `/operator/facilities/${A}/departments`, { code: '', name: '内科', from: 'x' })).status).toBe(400)
    expect((await op.get('operator', `/operator/facilities/${A}`)).body.departments).toMatchObject([{ code: '01', name: '内科' }])
  })
})

const staffId = async (loginName: string): Promise<string> => {
  const { rows } = await sql<{ id: string }>`select id from person.staff where login_name = ${loginName}`.execute(op.db)
  return rows[0]!.id
}

describe('staff', () => {
  test('are registered with an invitation that is shown once and stored as a hash', async () => {
    const { status, body } = await op.post('keeper-a', `/operator/facilities/${A}/staff`, { ...NURSE, loginName: 'hana' })
    expect(status).toBe(201)
    const link = String(body.link)
    expect(link).toMatch(/^http:\/\/localhost:8080\/sign-in\/invitation\/[0-9a-z]{20}$/)
    const token = link.split('/').at(-1)!
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from kernel.audit a where a::text like ${`%${token}%`}`.execute(
      op.db,
    )
    expect(rows[0]?.n, 'not in the log').toBe(0)
    expect((await op.get('keeper-a', `/operator/staff/${String(body.id)}`)).text).not.toContain(token)
    expect((await op.page('operator', '/operator')).text).toContain('看護 花')
  })

  test.each<[Record<string, string>, string, string]>([
    [{ ...NURSE, loginName: 'hana' }, 'loginName', 'taken'],
    [{ ...NURSE, loginName: 'X' }, 'loginName', 'too short'],
    [{ ...NURSE, loginName: 'no-licence', licenceKind: '' }, 'licenceNumber', 'a role that needs a licence'],
    [{ ...NURSE, loginName: 'wrong-licence', licenceKind: 'physician' }, 'licenceKind', 'another licence'],
    [{ ...NURSE, loginName: 'climber', role: 'operator', licenceKind: '' }, 'role', 'an administrator makes no operator'],
    [{ ...NURSE, loginName: 'dates', until: '2020-01-01' }, 'until', 'ends before it begins'],
  ])('%j is refused at %s: %s', async (given, field, _why) => {
    const answer = await op.post('keeper-a', `/operator/facilities/${A}/staff`, given)
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).toContain(`"${field}"`)
  })

  test('whose licence ended, or whose work did, have no right from the next request on', async () => {
    const chart = (who: string) => op.get(who, '/operator')
    expect((await chart('doctor-a')).status).toBe(403)
    const licence = { licenceKind: 'physician', licenceNumber: '111', licenceFrom: '2000-04-01' }
    await op.post('operator', '/operator/staff/doctor-a/licences', { ...licence, licenceUntil: '2026-11-21' })
    expect((await chart('doctor-a')).status).toBe(401)
    await op.post('operator', '/operator/staff/doctor-a/licences', licence)
    expect((await chart('doctor-a')).status, 'the control: it holds again').toBe(403)
    await op.post('keeper-a', '/operator/staff/doctor-a/assignments/doctor-a/end')
    expect((await chart('doctor-a')).status).toBe(401)
    await op.post('operator', '/operator/staff/doctor-a/assignments', { institutionNumber: A, role: 'physician', from: '2026-04-01' })
    expect((await chart('doctor-a')).status).toBe(403)
  })

  test('are renamed, with the name before in the history; nobody is left without one', async () => {
    expect((await op.post('keeper-a', '/operator/staff/nobody/names', { name: '' })).status).toBe(400)
    expect((await op.post('keeper-a', '/operator/staff/nobody/names', { name: '新姓 花' })).status).toBe(200)
    const { changes } = (await op.get('keeper-a', '/operator/staff/nobody')).body
    expect(changes).toMatchObject([{ act: 'staff.rename', byId: 'keeper-a', fields: { name: { from: '職員 nobody', to: '新姓 花' } } }])
  })

  test('who work elsewhere too are named and unnamed by the operator alone', async () => {
    await op.post('operator', '/operator/staff/doctor-b/assignments', { institutionNumber: A, role: 'physician', from: '2026-04-01' })
    const { body } = await op.get('keeper-a', '/operator/staff/doctor-b')
    expect(body).toMatchObject({ mayChange: false, staff: { elsewhere: true, assignments: [{ institutionNumber: A }] } })
    for (const act of ['invitation', 'unlock', 'sign-out', 'end-ways'])
      expect((await op.post('keeper-a', `/operator/staff/doctor-b/${act}`)).text, act).toContain('staff-elsewhere')
    expect((await op.post('operator', '/operator/staff/doctor-b/invitation')).status, 'the control').toBe(200)
  })

  test('nobody ends their own keeping, nor an administrator an operator', async () => {
    expect((await op.post('keeper-a', '/operator/staff/keeper-a/assignments/keeper-a/end')).text).toContain('own-place')
    expect((await op.post('keeper-a', '/operator/staff/operator/assignments/operator/end')).status).toBe(403)
    expect((await op.post('keeper-a', '/operator/staff/operator/invitation')).status).toBe(403)
  })

  test('a step further: without a late proof nothing is changed', async () => {
    const cookie = await op.cookie('operator')
    op.minutesLater(46)
    // The page view keeps the session, which is not a proof.
    const headers = { cookie, accept: 'application/json', 'content-type': 'application/json' }
    const answer = await op.app.inject({ method: 'POST', url: '/operator/staff/nobody/sign-out', headers, payload: '{}' })
    expect(answer.statusCode).toBe(401)
  })
})

/** Kids that a live client may sign with. */
const kidsOf = async (clientId: string): Promise<string[]> => {
  const found = await personService({ totpOnce: true }).findClient({ db: op.db }, clientId)
  return (found?.jwks.keys ?? []).map((key) => ('kid' in key ? String(key.kid) : ''))
}

describe('systems', () => {
  test('are registered with their key, which is weighed; a private key is refused and kept nowhere', async () => {
    const given = { ...SYSTEM, institutionNumber: A, clientId: 'emr-a' }
    const secret = jwkOf('k1', { secret: true }) as { d: string }
    const refused = await op.post('operator', '/operator/clients', { ...given, keys: keysOf(secret) })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('秘密鍵')
    expect(refused.text).not.toContain(secret.d)
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from kernel.audit a where a::text like ${`%${secret.d}%`}`.execute(
      op.db,
    )
    expect(rows[0]?.n).toBe(0)
    expect((await op.post('operator', '/operator/clients', { ...given, keys: keysOf(jwkOf('k1')) })).body).toMatchObject({
      clientId: 'emr-a',
    })
    expect(await kidsOf('emr-a')).toEqual(['k1'])
  })

  test('rotate keys: add, retire; the last one only goes with the system', async () => {
    const added = await op.post('keeper-a', '/operator/clients/emr-a/keys', { keys: keysOf(jwkOf('k2')) })
    expect(added.status).toBe(200)
    expect((await op.post('keeper-a', '/operator/clients/emr-a/keys', { keys: keysOf(jwkOf('k2')) })).status, 'a kid of another key').toBe(
      400,
    )
    const keys = (await op.get('keeper-a', '/operator/clients/emr-a')).body.client as { keys: { kid: string; thumbprint: string }[] }
    const print = (kid: string) => keys.keys.find((k) => k.kid === kid)!.thumbprint
    expect((await op.post('keeper-a', `/operator/clients/emr-a/keys/${print('k1')}/retire`)).status).toBe(200)
    expect(await kidsOf('emr-a')).toEqual(['k2'])
    expect((await op.post('keeper-a', `/operator/clients/emr-a/keys/${print('k2')}/retire`)).text).toContain('last-key')
    expect((await op.post('keeper-a', '/operator/clients/emr-a/end')).status).toBe(200)
    expect(await kidsOf('emr-a')).toEqual([])
    expect((await op.post('keeper-a', '/operator/clients/emr-a/end')).text).toContain('client-ended')
  })

  test.each([
    [{ scopes: ['patient/*.rs'] }, 'scopes'],
    [{ scopes: [] }, 'scopes'],
    [{ binding: 'none' }, 'binding'],
    [{ clientId: 'A b' }, 'clientId'],
    [{ keys: '' }, 'keys'],
    [{ keys: 'x' }, 'keys'],
    [{ institutionNumber: '9999999999' }, 'not-found'],
  ])('%j is refused: %s', async (change, says) => {
    const given = { ...SYSTEM, institutionNumber: A, clientId: 'odd', keys: keysOf(jwkOf('k')), ...change }
    expect(JSON.stringify((await op.post('operator', '/operator/clients', given)).body)).toContain(says)
  })
})

describe('apps', () => {
  const APP = {
    clientId: 'my-app',
    name: '健康手帳',
    nameEn: 'Health book',
    maker: '縁の会',
    aboutJa: '検査結果を見る',
    aboutEn: 'Shows results',
    audience: 'citizens',
    kind: 'public',
    redirectUris: 'https://app.example/back',
    scopes: 'openid launch/patient patient/Observation.rs',
    binding: 'dpop',
    parRequired: 'yes',
  }
  test('are registered, changed and ended by the operator', async () => {
    expect((await op.post('operator', '/operator/apps', APP)).body).toMatchObject({ clientId: 'my-app' })
    expect((await op.post('operator', '/operator/apps', APP)).text).toContain('clientId')
    expect((await op.post('operator', '/operator/apps/my-app', { ...APP, scopes: 'openid', parRequired: '' })).status).toBe(200)
    const { app, changes } = (await op.get('operator', '/operator/apps/my-app')).body as { app: object; changes: { act: string }[] }
    expect(app).toMatchObject({ scopes: ['openid'], parRequired: false, redirectUris: ['https://app.example/back'], authMethod: 'none' })
    expect(changes.map((c) => c.act)).toEqual(['app.change', 'app.enter'])
    expect((await op.page('operator', '/operator/apps/my-app')).text).toContain('健康手帳')
    expect((await op.post('operator', '/operator/apps/my-app/end')).status).toBe(200)
    expect((await op.post('operator', '/operator/apps/my-app', APP)).text).toContain('client-ended')
  })
  test.each<[Record<string, string>, string]>([
    [{ redirectUris: 'http://app.example/back' }, 'redirectUris'],
    [{ redirectUris: 'https://app.example/*' }, 'redirectUris'],
    [{ redirectUris: 'https://app.example/#x' }, 'redirectUris'],
    [{ redirectUris: '' }, 'redirectUris'],
    [{ launchUrl: 'javascript:alert(1)' }, 'launchUrl'],
    [{ scopes: 'system/*.cruds' }, 'scopes'],
    [{ audience: '' }, 'audience'],
    [{ binding: 'none' }, 'binding'],
    [{ kind: 'confidential' }, 'keys'],
  ])('%j is refused at %s', async (change, field) => {
    const answer = await op.post('operator', '/operator/apps', { ...APP, clientId: 'other-app', ...change })
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([400, expect.stringContaining(`"${field}"`)])
  })
})

describe('the border of a facility', () => {
  /** Every row of the portal that names something of a facility, asked by the other facility's administrator. */
  const rows = operatorRoutes({ person: undefined as never, demo: false, baseUrl: '', tlsBase: null }).filter(isHttpRow)
  const keeping = rows.filter((row) => row.roles?.includes('administrator') && row.path.includes(':'))
  const pathTo = (path: string, of: 'a' | 'b') =>
    path
      .replace(':number', of === 'a' ? A : B)
      .replace('staff/:id', `staff/doctor-${of}2`)
      .replace(':assignmentId', `doctor-${of}2`)
      .replace('clients/:id', `clients/system-${of}`)
      .replace('emergencies/:id', `emergencies/emergency-${of}`)
      .replace(':thumbprint', 'none')

  beforeAll(async () => {
    for (const of of ['a', 'b'] as const) {
      const id = `doctor-${of}2`
      const number = of === 'a' ? A : B
      await op.post('operator', `/operator/facilities/${number}/staff`, { ...NURSE, loginName: id })
      await sql`update person.assignment set id = ${id}, staff_id = ${id} where staff_id = ${await staffId(id)}`.execute(op.db)
      await sql`update person.licence set staff_id = ${id} where staff_id = ${await staffId(id)}`.execute(op.db)
      await sql`update person.staff set id = ${id} where login_name = ${id}`.execute(op.db)
      await op.post('operator', '/operator/clients', {
        ...SYSTEM,
        institutionNumber: number,
        clientId: `system-${of}`,
        keys: keysOf(jwkOf('k')),
      })
      await sql`insert into consent.emergency (key, id, staff_id, staff_name, institution_number, institution_name, reason, note, since, until)
        values ('k', ${`emergency-${of}`}, ${id}, '看護 花', ${number}, '乙診療所', 'unconscious', '', now(), now())`.execute(op.db)
      await sql`insert into emergency.case (key, id, staff_id, staff_name, staff_role, institution_number, institution_name, session_id, opened_at,
          reason, because, clause, flags, due_at) values ('k', ${`emergency-${of}`}, ${id}, '看護 花', 'nurse', ${number}, '乙診療所', '', now(),
          'unconscious', '{}', 'life-body', '{}', now())`.execute(op.db)
    }
  })

  test('there are rows to test', () => expect(keeping.length).toBeGreaterThan(12))

  test.each(keeping.map((row) => [`${row.method} ${row.path}`, row] as const))(
    '%s: what is out of reach is not there',
    async (_name, row) => {
      const before = await state()
      const ask = row.method === 'GET' ? op.get : (who: string, url: string) => op.post(who, url, { name: 'x', institutionNumber: B })
      const over = await ask('keeper-a', pathTo(row.path, 'b'))
      expect([over.status, over.text]).toEqual([404, expect.stringContaining('not-found')])
      expect(over.text).not.toMatch(/乙診療所|看護 花/)
      expect(await state(), 'nothing changed').toEqual(before)
      if (row.method === 'GET') expect((await ask('keeper-a', pathTo(row.path, 'a'))).status, 'the control: the own one is').toBe(200)
    },
  )

  test('lists hold the own facility alone, and nothing is entered for another', async () => {
    for (const path of ['/operator/facilities', '/operator/clients', '/operator/sign-ins?find=%E7%9C%8B%E8%AD%B7', '/operator']) {
      const text = (await op.get('keeper-a', path)).text
      expect(text, path).not.toMatch(new RegExp(`${B}|乙診療所|doctor-b2|system-b`))
    }
    expect((await op.get('operator', '/operator/clients')).text, 'the control').toContain('system-b')
    expect(
      (await op.post('keeper-a', '/operator/clients', { ...SYSTEM, institutionNumber: B, clientId: 'thief', keys: keysOf(jwkOf('k')) }))
        .status,
    ).toBe(404)
    expect(
      (
        await op.post('keeper-a', '/operator/facilities', {
          kind: 'clinic',
          name: 'x',
          from: '2026-04-01',
          institutionNumber: '1310000100',
        })
      ).status,
    ).toBe(403)
    expect(
      (await op.post('keeper-a', '/operator/staff/doctor-a2/assignments', { institutionNumber: B, role: 'clerk', from: '2026-04-01' }))
        .status,
    ).toBe(404)
  })

  test('nobody else comes in', async () => {
    for (const row of rows.filter((one) => !one.who.includes('public')))
      expect((await (row.method === 'GET' ? op.get : op.post)('nobody', pathTo(row.path, 'a'))).status, row.path).toBe(403)
  })

  const state = async () => {
    const { rows: found } = await sql<{ t: string }>`select md5(string_agg(x, '|' order by x)) as t from (
      select f::text as x from person.facility f union all select s::text from person.staff s union all select a::text from person.assignment a
      union all select l::text from person.licence l union all select c::text from person.client c union all select k::text from person.client_key k
      union all select d::text from person.department d union all select h::text from person.change h) all_of`.execute(op.db)
    return found[0]?.t
  }
})
