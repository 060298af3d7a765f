import { call, citizenSession, staffSession } from '../../app/tour/client.ts'
import { lookedAtTheChart } from './facts.ts'
import type { Demo, DemoPerson, DemoStaff } from './region.ts'

type Visit = { name: string; row: string; path: string; as: 'auditor' | 'citizen'; refused?: number }
type Seen = { physician: DemoStaff; seen: DemoPerson }

/** The auditors' pages, with a finding, a report, a case, an entry and a letter to show. */
export async function auditorVisits(where: Demo, { physician, seen }: Seen): Promise<Visit[]> {
  const cookie = await staffSession(where, where.staff.find((s) => s.role === 'auditor')!)
  const post = async (path: string, json: object) => {
    const { status, text, body } = await call(`${where.baseUrl}${path}`, { json, cookie })
    if (status >= 400) throw new Error(`${path}: ${status} ${text.slice(0, 200)}`)
    return body
  }
  const ask = (path: string) => call(`${where.baseUrl}${path}`, { cookie })
  await post('/audit/watched', { key: seen.patientId, reason: 'press' })
  await lookedAtTheChart(where, { staff: physician, person: seen })
  const scope = String((await post('/audit/scope', { key: seen.patientId })).redirect)
  await until(`${scope} was worked out`, async () => ((await ask(scope)).body.scope as { state: string }).state === 'done')
  const facts = { title: '盗まれた端末からの閲覧', knownOn: '2026-11-20', persons: '1', body: 'private', specialCare: 'yes', drill: 'no' }
  const breach = String((await post('/audit/breaches', { ...facts, scope: scope.split('/').at(-1)! })).redirect)
  await post(`${breach}/owner`, {})
  await until('the scope of the case was worked out', async () => ((await ask(breach)).body.scope as { state: string }).state === 'done')
  await post(`${breach}/items`, Object.fromEntries(told.map(([id, text]) => [`item-${id}`, text])))
  for (const step of ['contain', 'report', 'tell']) await post(`${breach}/steps/${step}`, { note: '端末の権限を止め、範囲を確かめた' })
  const [letter, hers] = [breach.replace('/audit/', '/me/'), await citizenSession(where, seen.card)]
  await until('the letter came', async () => (await call(`${where.baseUrl}${letter}`, { cookie: hers })).status === 200)
  await until('the watch found something', async () => ((await ask('/audit/findings')).body.findings as unknown[]).length > 0)
  const [finding] = (await ask('/audit/findings')).body.findings as { id: string }[]
  const [entry] = (await ask('/audit/events?outcome=0')).body.entries as { key: string; id: string }[]
  const visit = (name: string, row: string, path = row): Visit => ({ name: `audit-${name}`, row, path, as: 'auditor' })
  return [
    visit('home', '/audit'),
    visit('events', '/audit/events'),
    visit('event', '/audit/events/{id}', `/audit/events/${entry!.key === '' ? '' : `${entry!.key}.`}${entry!.id}`),
    visit('findings', '/audit/findings'),
    visit('finding', '/audit/findings/{id}', `/audit/findings/${finding!.id}`),
    { ...visit('finding-unknown', '', '/audit/findings/none'), refused: 404 },
    visit('watched', '/audit/watched'),
    visit('scopes', '/audit/scope'),
    visit('scope', '/audit/scope/{id}', scope),
    visit('breaches', '/audit/breaches'),
    visit('breach-new', '/audit/breaches/new'),
    visit('breach', '/audit/breaches/{id}', breach),
    visit('report', '/audit/breaches/{id}/report/{which}', `${breach}/report/final`),
    visit('letters', '/audit/breaches/{id}/letters', `${breach}/letters`),
    { name: 'breach-letter', row: '/me/breaches/{id}', path: letter, as: 'citizen' },
    { name: 'breach-letter-unknown', row: '', path: '/me/breaches/none', as: 'citizen', refused: 404 },
  ]
}

/** What the persons are told, item by item. */
const told = [
  ['outline', '職員の端末が盗まれ、そこから記録が見られました。'],
  ['data', '検査の結果、診断名'],
  ['cause', '端末の置き忘れ'],
  ['secondary-harm', '今のところ確かめられていません。'],
] as const

/** Waits for what the leader does by itself. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 150; n++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`not within half a minute: ${what}`)
}
