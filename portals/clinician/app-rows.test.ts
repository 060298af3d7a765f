/** @spec SMART App Launch 2.2: EHR launch, and who may use the context it made. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endApp, insertApp } from '#care/person'
import { signInMigrations } from '#portals/sign-in'
import { findLaunch, forgetLaunches, spendLaunch } from '../sign-in/launch/index.ts'
import { anApp, CLINIC, HOSPITAL, careMigrations, openPlatform, type Platform, STRANGER } from '../../tests/harness/platform.ts'
import { clinicianRoutes } from './index.ts'

const FHIR = 'http://localhost/fhir/R4'
const HTML = { accept: 'text/html' }
const scopes = ['openid', 'fhirUser', 'launch', 'patient/Observation.rs']

let platform: Platform
let hanako: { key: string }
let physician: Awaited<ReturnType<Platform['staff']>>

beforeAll(async () => {
  platform = await openPlatform({
    rows: ({ services }) => clinicianRoutes({ ...services, fhirBase: FHIR }),
    migrations: [...careMigrations, ...signInMigrations],
    template: 'apps',
  })
  hanako = await platform.enter()
  physician = await platform.staff('physician', HOSPITAL)
  const { db, clock } = platform
  await sql`insert into consent.relation (key, institution_number, since) values (${hanako.key}, ${HOSPITAL}, now())`.execute(db)
  await insertApp(db, clock.at, anApp('chart-app', scopes, { launchUrl: 'https://app.example/launch?from=chart' }))
  await insertApp(db, clock.at, anApp('of-clinic', scopes, { institutionNumber: CLINIC, name: 'よその院のアプリ' }))
  await insertApp(db, clock.at, anApp('of-people', scopes, { forStaff: false, name: '本人のアプリ' }))
  await insertApp(db, clock.at, anApp('alone', scopes, { launchUrl: null, name: '単独のアプリ' }))
  await insertApp(db, clock.at, anApp('gone', scopes, { name: '終わったアプリ' }))
  await endApp(db, clock.at, 'gone')
}, 60_000)
afterAll(() => platform?.close())

const path = (clientId = 'chart-app', key = hanako.key) => `/clinic/patients/${key}/apps/${clientId}`
const start = async (who = physician, clientId?: string) => (await who.post(path(clientId), {}, HTML)).headers.location ?? ''
const launchIn = (address: string) => new URL(address).searchParams.get('launch') ?? ''
const spend = (launch: string, about: { staffId?: string; clientId?: string } = {}) =>
  spendLaunch(platform.db, platform.clock.at, { launch, staffId: physician.id, clientId: 'chart-app', ...about })

describe('the chart', () => {
  test('offers the apps of this institution and of makers that are none, and lets its forms lead to them alone', async () => {
    const { text, headers } = await physician.get(`/clinic/patients/${hanako.key}`, HTML)
    expect(text).toContain('アプリで開く（1）')
    expect(text).toContain(`action="${path()}"`)
    expect(text).not.toMatch(/よその院のアプリ|本人のアプリ|単独のアプリ|終わったアプリ/)
    expect(headers['content-security-policy']).toMatch(/form-action 'self' https:\/\/app\.example$/)
  })

  test('starts an app with where the record is and what was open, and writes it into the patient’s log', async () => {
    const address = new URL(await start())
    expect([address.origin, address.searchParams.get('from'), address.searchParams.get('iss')]).toEqual([
      'https://app.example',
      'chart',
      FHIR,
    ])
    expect(await spend(launchIn(address.href))).toEqual({ patientKey: hanako.key })
    const { rows } = await sql<{
      key: string
      resource: string
    }>`select key, resource from kernel.audit where action = 'app.launch'`.execute(platform.db)
    expect(rows).toContainEqual({ key: hanako.key, resource: 'app/chart-app' })
  })

  test.each(['of-clinic', 'of-people', 'alone', 'gone', 'nothing'])('does not start %s', async (clientId) => {
    expect((await physician.post(path(clientId), {})).status).toBe(404)
  })

  test('starts nothing for who may not open it', async () => {
    const clerk = await platform.staff('clerk', HOSPITAL)
    const stranger = await platform.staff('physician', STRANGER)
    expect([(await clerk.post(path(), {})).status, (await stranger.post(path(), {})).status]).toEqual([403, 403])
    expect((await platform.public().post(path(), {})).status).toBe(401)
  })
})

describe('what was open', () => {
  test('is told once', async () => {
    const launch = launchIn(await start())
    const asked = { launch, staffId: physician.id, clientId: 'chart-app' }
    expect(await findLaunch(platform.db, platform.clock.at, asked)).toEqual({ patientKey: hanako.key })
    const both = await Promise.all([spend(launch), spend(launch)])
    expect(both.filter(Boolean)).toHaveLength(1)
    expect(await findLaunch(platform.db, platform.clock.at, asked)).toBeUndefined()
  })

  test.each([
    ['another member of staff', { staffId: 'staff-9' }],
    ['another app', { clientId: 'of-clinic' }],
  ])('is not told to %s, and still stands for whom it is', async (_who, about) => {
    const launch = launchIn(await start())
    expect(await spend(launch, about)).toBeUndefined()
    expect(await spend(launch)).toEqual({ patientKey: hanako.key })
  })

  test('is forgotten after five minutes', async () => {
    const launch = launchIn(await start())
    const later = new Date(platform.clock.at.getTime() + 5 * 60_000)
    expect(await spendLaunch(platform.db, later, { launch, staffId: physician.id, clientId: 'chart-app' })).toBeUndefined()
    await forgetLaunches(platform.db, new Date(later.getTime() + 1))
    const { rows } = await sql`select 1 from sign_in.launch`.execute(platform.db)
    expect(rows).toEqual([])
  })

  test('stands nowhere as it was sent', async () => {
    const launch = launchIn(await start())
    const { rows } = await sql<{ row: string }>`select row_to_json(l)::text as row from sign_in.launch l`.execute(platform.db)
    expect(rows.length).toBeGreaterThan(0)
    for (const { row } of rows) expect(row).not.toContain(launch)
    expect(await spend('')).toBeUndefined()
  })
})

describe('the list of what a member of staff let in', () => {
  test('names the patient of the launch, and ends it from the next request on', async () => {
    const app = await platform.appOf({ kind: 'staff', id: physician.id }, { scopes: ['patient/Observation.rs'], patient: hanako.key })
    expect((await app.get('/fhir/R4/Observation')).status).toBe(200)
    const page = await physician.get('/clinic/account/apps', HTML)
    expect(page.text).toContain('からだ手帳')
    expect(page.text).toContain('山川 花子')
    expect((await physician.get(`/clinic/account/apps/${app.grantId}/end`, HTML)).text).toContain('やめさせますか')
    const other = await platform.staff('physician', HOSPITAL)
    expect((await other.post(`/clinic/account/apps/${app.grantId}/end`, {})).status).toBe(404)
    expect((await physician.post(`/clinic/account/apps/${app.grantId}/end`, {}, HTML)).headers.location).toBe(
      '/clinic/account/apps?ended=1',
    )
    expect((await app.get('/fhir/R4/Observation')).status).toBe(401)
  })

  test('is no app’s', async () => {
    const app = await platform.appOf({ kind: 'staff', id: physician.id }, { scopes: ['user/*.rs'] })
    expect((await app.get('/clinic/account/apps')).status).toBe(403)
  })
})
