import { call, staffSession } from '../../app/tour/client.ts'
import { facilityOf } from './facts.ts'
import type { Demo } from './region.ts'

/** The registers' pages, with an app and a history to show. */
export async function registerVisits(where: Demo): Promise<{ name: string; row: string; path: string; as: 'operator' }[]> {
  const cookie = await staffSession(where, where.staff.find((s) => s.role === 'operator')!)
  const { institutionNumber, clientId } = facilityOf(where, 'hospital')
  const facility = `/operator/facilities/${institutionNumber}`
  const department = { code: '01', name: '内科', nameEn: 'Internal medicine', from: '2026-04-01' }
  await call(`${where.baseUrl}${facility}/departments`, { json: department, cookie })
  const app = {
    ...{
      clientId: 'visit-app',
      name: '健康手帳',
      nameEn: 'Health book',
      maker: '縁の会',
      aboutJa: '検査結果を見る',
      aboutEn: 'Shows results',
    },
    ...{ audience: 'citizens', kind: 'public', redirectUris: 'https://app.example/back', scopes: 'openid launch/patient patient/*.rs' },
  }
  await call(`${where.baseUrl}/operator/apps`, { json: { ...app, binding: 'dpop', parRequired: 'yes' }, cookie })
  const { body } = await call(`${where.baseUrl}${facility}`, { cookie })
  const [member] = body.staff as { id: string }[]
  const visit = (name: string, row: string, path = row) => ({ name: `registers-${name}`, row, path, as: 'operator' as const })
  return [
    visit('home', '/operator'),
    visit('sign-ins', '/operator/sign-ins', '/operator/sign-ins?find=enishi'),
    visit('facilities', '/operator/facilities'),
    visit('facility-new', '/operator/facilities/new'),
    visit('facility', '/operator/facilities/{number}', facility),
    visit('desks', '/operator/facilities/{number}/desks', `${facility}/desks`),
    visit('facility-edit', '/operator/facilities/{number}/edit', `${facility}/edit`),
    visit('staff-new', '/operator/facilities/{number}/staff/new', `${facility}/staff/new`),
    visit('staff', '/operator/staff/{id}', `/operator/staff/${member!.id}`),
    visit('staff-signing', '/operator/staff/{id}/signing', `/operator/staff/${member!.id}/signing`),
    visit('import', '/operator/import'),
    visit('clients', '/operator/clients'),
    visit('client-new', '/operator/clients/new'),
    visit('client', '/operator/clients/{id}', `/operator/clients/${clientId}`),
    visit('apps', '/operator/apps'),
    visit('app-new', '/operator/apps/new'),
    visit('app', '/operator/apps/{id}', '/operator/apps/visit-app'),
  ]
}
