import { call, staffSession } from '../../app/tour/client.ts'
import type { Demo } from './region.ts'

type Visit = { name: string; row: string; path: string; as: 'auditor' | 'citizen'; refused?: number }

/** The auditors' pages, with a report, a case and an entry to show. A letter that nobody sent is the refusal's page. */
export async function auditorVisits(where: Demo): Promise<Visit[]> {
  const cookie = await staffSession(where, where.staff.find((s) => s.role === 'auditor')!)
  const post = async (path: string, json: object) => (await call(`${where.baseUrl}${path}`, { json, cookie })).body
  const scope = String((await post('/audit/scope', { from: '2020-01-01' })).redirect)
  const facts = { title: '盗まれた端末からの閲覧', knownOn: '2026-11-20', persons: '1', body: 'private', specialCare: 'yes', drill: 'yes' }
  const breach = String((await post('/audit/breaches', { ...facts, scope: scope.split('/').at(-1)! })).redirect)
  await post('/audit/watched', { key: 'somebody', reason: 'press' })
  await worked(where, { path: scope, cookie })
  await post(`${breach}/draft`, {})
  const { body } = await call(`${where.baseUrl}/audit/events?outcome=0`, { cookie })
  const [entry] = body.entries as { key: string; id: string }[]
  const visit = (name: string, row: string, path = row): Visit => ({ name: `audit-${name}`, row, path, as: 'auditor' })
  return [
    visit('home', '/audit'),
    visit('events', '/audit/events'),
    visit('event', '/audit/events/{id}', `/audit/events/${entry!.key === '' ? '' : `${entry!.key}.`}${entry!.id}`),
    visit('findings', '/audit/findings'),
    { ...visit('finding', '/audit/findings/{id}', '/audit/findings/none'), refused: 404 },
    visit('watched', '/audit/watched'),
    visit('scopes', '/audit/scope'),
    visit('scope', '/audit/scope/{id}', scope),
    visit('breaches', '/audit/breaches'),
    visit('breach-new', '/audit/breaches/new'),
    visit('breach', '/audit/breaches/{id}', breach),
    visit('report', '/audit/breaches/{id}/report/{which}', `${breach}/report/final`),
    visit('letters', '/audit/breaches/{id}/letters', `${breach}/letters`),
    { name: 'breach-letter', row: '/me/breaches/{id}', path: '/me/breaches/none', as: 'citizen', refused: 404 },
  ]
}

/** Waits until the leader has worked a report out. */
async function worked(where: Demo, about: { path: string; cookie: string }): Promise<void> {
  for (let n = 0; n < 100; n++) {
    const { body } = await call(`${where.baseUrl}${about.path}`, { cookie: about.cookie })
    if ((body.scope as { state: string }).state === 'done') return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${about.path} was not worked out`)
}
