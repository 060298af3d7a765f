/** Pages of sharing, with a consent that goes on, an item to close, an access to show the receipt of, and a basis in law. */
import { call, citizenSession, staffSession } from '../../app/tour/client.ts'
import { eldest, facilityOf } from './facts.ts'
import type { Demo } from './region.ts'

type SharingVisit = { name: string; row: string; path: string; as: 'citizen' | 'operator' | 'nobody' }

export async function sharingVisits(where: Demo): Promise<SharingVisit[]> {
  const [person] = eldest(where)
  const [hospital, clinic] = [facilityOf(where, 'hospital'), facilityOf(where, 'clinic')]
  const cookie = await citizenSession(where, person!.card)
  const at = clinic.institutionNumber
  const given = await call(`${where.baseUrl}/me/consents/standing`, {
    cookie,
    json: { institutionNumber: at, kinds: ['prescription'], until: null },
  })
  if (given.status !== 201) throw new Error(`sharing: ${given.status} ${given.text.slice(0, 200)}`)
  const log = (await call(`${where.baseUrl}/me/access-log`, { cookie })).body.entries as { requestId: string; rule: string }[]
  const looked = log.find((entry) => entry.rule.includes('visit-consent'))!
  const [item] = (await call(`${where.baseUrl}/me/record`, { cookie })).body.items as { type: string; id: string }[]
  const closed = await call(`${where.baseUrl}/me/consents/closing`, { cookie, json: { what: 'item', type: item!.type, id: item!.id } })
  if (closed.status !== 201) throw new Error(`sharing: ${closed.status} ${closed.text.slice(0, 200)}`)
  const desk = await staffSession(where, where.staff.find((one) => one.role === 'operator')!)
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const basis = await call(`${where.baseUrl}/operator/legal-bases`, {
    cookie: desk,
    json: {
      ...{ institutionNumber: hospital.institutionNumber, statute: 'order-of-law', purpose: 'HPAYMT', kinds: ['diagnosis'] },
      ...{ because: '診療報酬の審査のため（根拠の法令は要確認）', decidedBy: '運営会議', until: day(300), reviewOn: day(100) },
    },
  })
  const citizen = (name: string, row: string, path = row): SharingVisit => ({ name: `sharing-${name}`, row, path, as: 'citizen' })
  return [
    citizen('standing', '/me/consents/standing'),
    citizen('standing-check', '/me/consents/standing/check', `/me/consents/standing/check?institutionNumber=${at}&kinds=diagnosis&until=`),
    citizen('history', '/me/consents/history'),
    citizen('closing-check', '/me/consents/closing/check', `/me/consents/closing/check?what=item&type=${item!.type}&id=${item!.id}`),
    citizen('reopen-check', '/me/consents/closing/{id}/reopen', `/me/consents/closing/${String(closed.body.id)}/reopen`),
    citizen('receipt', '/me/access-log/receipts/{requestId}', `/me/access-log/receipts/${looked.requestId}`),
    { name: 'legal-bases', row: '/operator/legal-bases', path: '/operator/legal-bases', as: 'operator' },
    { name: 'legal-basis-new', row: '/operator/legal-bases/new', path: '/operator/legal-bases/new', as: 'operator' },
    { name: 'legal-basis', row: '/operator/legal-bases/{id}', path: `/operator/legal-bases/${String(basis.body.id)}`, as: 'operator' },
    { name: 'legal-bases-public', row: '/public/legal-bases', path: '/public/legal-bases', as: 'nobody' },
  ]
}
