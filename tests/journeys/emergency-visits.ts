/** Pages of emergency access, with an opening, a question about it, and a request that waits for a second clinician. */
import { call, staffSession } from '../../app/tour/client.ts'
import { eldest, facilityOf, staffOf } from './facts.ts'
import type { Demo, DemoPerson } from './region.ts'

type EmergencyVisit = { name: string; row: string; path: string; as: 'citizen' | 'physician' | 'auditor' | 'operator' }

const ground = { reason: 'unconscious', because: ['no-response'], note: '搬送時に意識なし' }

export async function emergencyVisits(where: Demo): Promise<EmergencyVisit[]> {
  const cookie = await staffSession(where, staffOf(where, 'physician', facilityOf(where, 'clinic')))
  const people = eldest(where).slice(4, 9)
  const open = async (person: DemoPerson) => {
    const { status, text, body } = await call(`${where.baseUrl}/clinic/emergency/open`, {
      json: { patient: person.patientId, ...ground },
      cookie,
    })
    if (status !== 200) throw new Error(`emergency: ${status} ${text.slice(0, 200)}`)
    return body as { id?: string; requestId?: string }
  }
  const first = (await open(people[0]!)).id!
  const [asked] = [(await open(people[1]!)).id!, await open(people[2]!)]
  const request = (await open(people[3]!)).requestId!
  const auditor = await staffSession(where, where.staff.find((one) => one.role === 'auditor')!)
  await call(`${where.baseUrl}/operator/emergencies/${asked}/verdict`, {
    json: { verdict: 'needs-answer', note: '状況を教えてください' },
    cookie: auditor,
  })
  const visit = (name: string, row: string, path = row, as: EmergencyVisit['as'] = 'physician') => ({
    name: `emergency-${name}`,
    row,
    path,
    as,
  })
  // The person whose portal is visited was opened too, so that it has something to show.
  const her = await staffSession(where, staffOf(where, 'physician', facilityOf(where, 'hospital')))
  await call(`${where.baseUrl}/clinic/emergency/open`, { json: { patient: eldest(where)[0]!.patientId, ...ground }, cookie: her })
  return [
    visit('mine', '/me/emergencies', '/me/emergencies', 'citizen'),
    visit('home', '/clinic/emergency'),
    visit('open', '/clinic/emergency/open', `/clinic/emergency/open?patient=${people[4]!.patientId}`),
    visit('request', '/clinic/emergency/requests/{id}', `/clinic/emergency/requests/${request}`),
    visit('chart', '/clinic/emergency/{id}', `/clinic/emergency/${first}`),
    visit('question', '/clinic/emergency/{id}/answer', `/clinic/emergency/${asked}/answer`),
    visit('queue', '/operator/emergencies', '/operator/emergencies', 'auditor'),
    visit('case', '/operator/emergencies/{id}', `/operator/emergencies/${first}`, 'auditor'),
    visit('guards', '/operator/emergencies/guards', '/operator/emergencies/guards', 'operator'),
  ]
}
