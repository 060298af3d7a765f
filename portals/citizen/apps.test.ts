import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { endApp } from '#care/person'
import { signInMigrations } from '#portals/sign-in'
import { careMigrations, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { citizenRoutes } from './index.ts'

const HTML = { accept: 'text/html' }
const FORM = { ...HTML, 'content-type': 'application/x-www-form-urlencoded' }

let platform: Platform
let hanako: { key: string; personId: string }
let taro: typeof hanako
let me: Awaited<ReturnType<Platform['citizen']>>

beforeAll(async () => {
  platform = await openPlatform({
    rows: ({ services }) => citizenRoutes({ ...services, demo: false }),
    migrations: [...careMigrations, ...signInMigrations],
    template: 'apps',
  })
  ;[hanako, taro] = [await platform.enter(), await platform.enter({ name: '山川 太郎' })]
  me = await platform.citizen(hanako)
}, 60_000)
afterAll(() => platform?.close())

const letIn = (person = hanako, scopes = ['openid', 'patient/MedicationRequest.rs', 'offline_access'], patient: string | null = null) =>
  platform.appOf({ kind: 'citizen', id: person.personId }, { scopes, patient })

test('nothing is connected: the page says so, and how an app comes here', async () => {
  const { text, status } = await me.get('/me/apps', HTML)
  expect(status).toBe(200)
  expect(text).toContain('つながっているアプリはありません')
  expect(text).toContain('見せるものを選ぶ画面が開きます')
  expect(text).not.toContain('/demo/app')
})

describe('a connected app', () => {
  test('is told in words: what it may see, since when, whose', async () => {
    const app = await letIn()
    const { text } = await me.get('/me/apps', HTML)
    expect(text).toContain('からだ手帳')
    expect(text).toContain('処方された薬')
    expect(text).toContain('あなたが使っていないときも見る')
    expect(text).not.toContain('patient/MedicationRequest')
    const { body } = await me.get('/me/apps', { accept: 'application/json' })
    expect((body as { apps?: { id: string; connected: boolean }[] }).apps).toContainEqual(
      expect.objectContaining({ id: app.grantId, connected: true }),
    )
    expect((await me.get('/me/apps?lang=en', HTML)).text).toContain('medicines prescribed to you')
  })

  test('is ended: the next request is refused, and the act is in the person’s log', async () => {
    const app = await letIn()
    expect((await app.get('/fhir/R4/MedicationRequest')).status).toBe(200)
    const confirm = await me.get(`/me/apps/${app.grantId}/end`, HTML)
    expect(confirm.text).toContain('アプリがすでに受け取った情報は、アプリの側に残ることがあります')
    expect((await app.get('/fhir/R4/MedicationRequest')).status, 'asking alone ends nothing').toBe(200)
    const done = await me.post(`/me/apps/${app.grantId}/end`, '', FORM)
    expect([done.status, done.headers.location]).toEqual([303, '/me/apps?ended=1'])
    expect((await app.get('/fhir/R4/MedicationRequest')).status).toBe(401)
    const { rows } = await sql<{ key: string }>`select key from kernel.audit where action = 'app.end' and outcome = 'success'`.execute(
      platform.db,
    )
    expect(rows).toContainEqual({ key: hanako.key })
    expect((await me.post(`/me/apps/${app.grantId}/end`, '', FORM)).status, 'a second time').toBe(404)
    expect((await me.get(`/me/apps/${app.grantId}/end`, HTML)).text).toContain('に終わっています')
    expect((await me.get('/me/apps?ended=1', HTML)).text).toContain('あなたが終わらせました')
  })

  test('is nobody else’s to see or end', async () => {
    const app = await letIn()
    const other = await platform.citizen(taro)
    expect((await other.get('/me/apps')).text).not.toContain(app.grantId)
    expect((await other.get(`/me/apps/${app.grantId}/end`)).status).toBe(404)
    expect((await other.post(`/me/apps/${app.grantId}/end`, '', FORM)).status).toBe(404)
    expect((await app.get('/fhir/R4/MedicationRequest')).status).toBe(200)
  })

  test('cannot see or end what was let in itself', async () => {
    const app = await letIn(hanako, ['patient/*.cruds'])
    expect([(await app.get('/me/apps')).status, (await app.post(`/me/apps/${app.grantId}/end`, '', FORM)).status]).toEqual([403, 403])
  })

  test('that left the register is shown as ended', async () => {
    const app = await letIn(taro)
    await endApp(platform.db, platform.clock.at, app.clientId)
    const { text } = await (await platform.citizen(taro)).get('/me/apps', HTML)
    expect(text).toContain('運用担当者が終わらせました')
  })
})
