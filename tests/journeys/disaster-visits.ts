/** Pages of disaster access: an area that was opened by two, a request that waits, somebody found and opened. */
import { call, staffSession } from '../../app/tour/client.ts'
import { eldest, facilityOf, staffOf } from './facts.ts'
import type { Demo, DemoPerson } from './region.ts'

type DisasterVisit = { name: string; row: string; path: string; as: 'nobody' | 'physician' | 'operator' | 'auditor' }

export const opening = {
  name: '縁ヶ丘地震',
  areas: '東京都縁ヶ丘市',
  days: '7',
  law: '災害救助法の適用（東京都公示）',
  orderedBy: '東京都知事',
}

const roleSession = (where: Demo, role: string) => staffSession(where, where.staff.find((one) => one.role === role)!)

async function done(where: Demo, path: string, about: { cookie: string; json: object }): Promise<Record<string, unknown>> {
  const { status, text, body } = await call(`${where.baseUrl}${path}`, about)
  if (status >= 400) throw new Error(`${path}: ${status} ${text.slice(0, 200)}`)
  return body
}

/** Opens the area by two. @returns the disaster's id */
export async function openArea(where: Demo): Promise<string> {
  const [operator, auditor] = [await roleSession(where, 'operator'), await roleSession(where, 'auditor')]
  const asked = await done(where, '/operator/disaster', { cookie: operator, json: opening })
  await done(where, `/operator/disaster/requests/${String(asked.id)}`, { cookie: auditor, json: { agree: 'yes' } })
  return String(asked.disasterId)
}

/** Finds somebody, who is in the index seconds after the region stands. */
export async function foundInDisaster(where: Demo, cookie: string, person: DemoPerson): Promise<string> {
  for (let tries = 0; ; tries++) {
    const { people } = await done(where, '/clinic/disaster', { cookie, json: { name: person.name, birth: person.birthDate } })
    const [first] = people as { key: string }[]
    if (first) return first.key
    if (tries === 20) throw new Error('nobody is found')
    await new Promise((wait) => setTimeout(wait, 500))
  }
}

/** Somebody watched over is found and asked for. @returns the request that waits for a second clinician */
export async function askedSecond(where: Demo, physician: string): Promise<string> {
  const operator = await roleSession(where, 'operator')
  const watched = eldest(where)[3]!
  const { name: watchName, birthDate: watchBirthDate, memberId: watchMemberId } = watched
  await done(where, '/operator/emergencies/guards/watches', {
    cookie: operator,
    json: { watchName, watchBirthDate, watchMemberId, kind: 'watch' },
  })
  const key = await foundInDisaster(where, physician, watched)
  const asked = await done(where, `/clinic/disaster/people/${key}`, { cookie: physician, json: { agreed: 'unable' } })
  return String(asked.requestId)
}

export async function disasterVisits(where: Demo): Promise<DisasterVisit[]> {
  const id = await openArea(where)
  const operator = await roleSession(where, 'operator')
  const more = await done(where, `/operator/disaster/${id}/extend`, { cookie: operator, json: { days: 7, reason: '避難が続いているため' } })
  const physician = await staffSession(where, staffOf(where, 'physician', facilityOf(where, 'clinic')))
  const key = await foundInDisaster(where, physician, eldest(where)[1]!)
  await done(where, `/clinic/disaster/people/${key}`, { cookie: physician, json: { agreed: 'oral' } })
  const visit = (name: string, row: string, path = row, as: DisasterVisit['as'] = 'operator') => ({
    name: `disaster-${name}`,
    row,
    path,
    as,
  })
  const extract = await done(where, '/operator/disaster/extracts', {
    cookie: operator,
    json: { disaster: id, areas: '', names: 'DMAT 1', ends: '2999-01-01' },
  })
  const second = await askedSecond(where, physician)
  const check = `/operator/disaster/new?check=1&${new URLSearchParams(opening)}`
  return [
    visit('count', '/disaster', '/disaster', 'nobody'),
    visit('list', '/operator/disaster'),
    visit('new', '/operator/disaster/new'),
    visit('check', '/operator/disaster/new', check),
    visit('view', '/operator/disaster/{id}', `/operator/disaster/${id}`),
    visit('request', '/operator/disaster/requests/{id}', `/operator/disaster/requests/${String(more.id)}`, 'auditor'),
    visit('offline', '/operator/disaster/offline'),
    visit('extract-new', '/operator/disaster/extracts/new'),
    visit('extract', '/operator/disaster/extracts/{id}', `/operator/disaster/extracts/${String(extract.id)}`),
    visit('merge', '/operator/disaster/merge'),
    visit('looks', '/operator/disaster/looks', '/operator/disaster/looks', 'auditor'),
    visit('second', '/clinic/disaster/requests/{id}', `/clinic/disaster/requests/${second}`, 'physician'),
    visit('search', '/clinic/disaster', '/clinic/disaster', 'physician'),
    visit('confirm', '/clinic/disaster/people/{key}', `/clinic/disaster/people/${key}`, 'physician'),
    visit('chart', '/clinic/disaster/people/{key}/chart', `/clinic/disaster/people/${key}/chart`, 'physician'),
  ]
}
