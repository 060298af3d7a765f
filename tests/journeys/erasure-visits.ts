import { call, citizenSession, staffSession } from '../../app/tour/client.ts'
import { eldest } from './facts.ts'
import type { Demo } from './region.ts'

type ErasureVisit = { name: string; row: string; path: string; as: 'citizen' | 'operator' }

/** A wish that the operator agreed to, of which everything is still kept, and one that waits. */
export async function erasureVisits(where: Demo): Promise<ErasureVisit[]> {
  const [seen, , , other] = eldest(where)
  const operator = await staffSession(where, where.staff.find((s) => s.role === 'operator')!)
  const askAs = async (card: Parameters<typeof citizenSession>[1]) => {
    const cookie = await citizenSession(where, card)
    const { body } = await call(`${where.baseUrl}/me/erasure`, { json: { reason: 'own-wish' }, cookie })
    return { cookie, case: body as { personId: string; id: string } }
  }
  const mine = await askAs(seen!.card)
  const agreed = await call(`${where.baseUrl}/operator/erasures/${mine.case.personId}/${mine.case.id}/agree`, {
    json: {},
    cookie: operator,
  })
  const certificate = agreed.body.certificate as { id: string }
  const waiting = (await askAs(other!.card)).case
  return [
    { name: 'me-erasure', row: '/me/erasure', path: '/me/erasure', as: 'citizen' },
    { name: 'me-erasure-ask', row: '/me/erasure/ask', path: '/me/erasure/ask', as: 'citizen' },
    {
      name: 'me-erasure-certificate',
      row: '/me/erasure/certificates/{id}',
      path: `/me/erasure/certificates/${certificate.id}`,
      as: 'citizen',
    },
    { name: 'erasures', row: '/operator/erasures', path: '/operator/erasures', as: 'operator' },
    {
      name: 'erasure',
      row: '/operator/erasures/{personId}/{id}',
      path: `/operator/erasures/${waiting.personId}/${waiting.id}`,
      as: 'operator',
    },
  ]
}
