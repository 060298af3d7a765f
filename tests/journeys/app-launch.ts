/** The example app let in without a browser: what happened before a journey begins. */
import { createHash, randomBytes } from 'node:crypto'
import type { Demo } from './region.ts'

const CATEGORY = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS|laboratory'
const SCOPES = `openid fhirUser offline_access patient/Patient.r patient/MedicationRequest.rs patient/Observation.rs?category=${CATEGORY}`

/** Where a browser goes to be asked. @param launch handed over by a chart; null for an app on its own */
export function askAddress(demo: Demo, launch: string | null): string {
  const asked = new URLSearchParams({
    ...{ response_type: 'code', client_id: 'demo-app', redirect_uri: `${demo.baseUrl}/demo/app`, aud: demo.fhirBase },
    ...{ state: randomBytes(8).toString('hex'), code_challenge_method: 'S256' },
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    scope: `${launch === null ? 'launch/patient' : 'launch'} ${SCOPES}`,
    ...(launch === null ? {} : { launch }),
  })
  return `/oauth/authorize?${asked}`
}

/** Somebody let the example app in. @param about.patientId staff only: whose chart it was started from. @returns the id under which they can end it */
export async function letExampleIn(demo: Demo, about: { cookie: string; list: string; patientId?: string }): Promise<string> {
  const jar = new Map(about.cookie.split('; ').map((pair): [string, string] => [pair.split('=')[0]!, pair]))
  async function go(path: string, form?: Record<string, string> | [string, string][]): Promise<Response> {
    const headers = { cookie: [...jar.values()].join('; '), accept: 'text/html' }
    const sent = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }
    const answer = await fetch(new URL(path, demo.baseUrl), { headers, redirect: 'manual', ...sent })
    for (const set of answer.headers.getSetCookie()) jar.set(set.split('=')[0]!, set.split(';')[0]!)
    return answer
  }
  const place = (answer: Response) => answer.headers.get('location') ?? ''
  const started = about.patientId === undefined ? null : await go(`/clinic/patients/${about.patientId}/apps/demo-app`, {})
  const launch = started && new URL(place(started)).searchParams.get('launch')
  const asking = place(await go(askAddress(demo, launch)))
  const page = await (await go(asking)).text()
  const values = (name: string) =>
    [...page.matchAll(new RegExp(`name="${name}"[^>]*value="([^"]+)"`, 'g'))].map(([, value]): [string, string] => [name, value!])
  const done = await go(asking, [['decision', 'allow'], ...values('part'), ...values('for').slice(0, 1)])
  const back = place(await go(place(done)))
  if (!back.includes('code=')) throw new Error(`the example app was not let in: ${asking} ${done.status} ${back}`)
  const listed = await fetch(new URL(about.list, demo.baseUrl), { headers: { cookie: about.cookie, accept: 'application/json' } })
  const { apps } = (await listed.json()) as { apps: { id: string; connected: boolean }[] }
  return apps.find(({ connected }) => connected)!.id
}
