import type { FastifyInstance } from 'fastify'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'

/** An answer; `body` is the parsed JSON, or undefined where it is none. */
export type Heard = { status: number; headers: Record<string, string | undefined>; text: string; body: FhirBody }

/** The parts of FHIR answers that tests look at. */
export type FhirBody = {
  resourceType?: string
  id?: string
  type?: string
  total?: number
  meta?: { versionId?: string; lastUpdated?: string }
  link?: { relation: string; url: string }[]
  entry?: {
    fullUrl?: string
    resource?: FhirBody
    request?: { method: string; url: string }
    response?: { status: string; location?: string; etag?: string }
    search?: { mode: string }
  }[]
  issue?: {
    severity: string
    code: string
    expression?: string[]
    diagnostics?: string
    details: { text: string; coding: { code: string }[] }
  }[]
  [member: string]: unknown
}

export type Caller = ReturnType<typeof callerOf>

/** Somebody who sends requests with the proof they hold. An object is sent as FHIR JSON, a text as it is. */
export function callerOf(app: FastifyInstance, proof: Readonly<Record<string, string>>) {
  async function send(method: Method, url: string, payload?: object | string, headers: Record<string, string> = {}): Promise<Heard> {
    const type = payload === undefined ? {} : { 'content-type': 'application/fhir+json' }
    const body =
      payload === undefined ? {} : { payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload) }
    const answer = await app.inject({ method, url, headers: { ...type, ...proof, ...headers }, ...body })
    const text = answer.payload
    return { status: answer.statusCode, headers: answer.headers as Heard['headers'], text, body: json(text) }
  }
  return {
    send,
    get: (url: string, headers?: Record<string, string>) => send('GET', url, undefined, headers),
    post: (url: string, payload: object | string, headers?: Record<string, string>) => send('POST', url, payload, headers),
    put: (url: string, payload: object | string, headers?: Record<string, string>) => send('PUT', url, payload, headers),
    remove: (url: string, headers?: Record<string, string>) => send('DELETE', url, undefined, headers),
    submit: (bundle: object | string) => send('POST', '/fhir/R4/$submit', bundle),
  }
}

function json(text: string): FhirBody {
  try {
    return JSON.parse(text) as FhirBody
  } catch {
    return {}
  }
}

/** Codes of the rules an outcome names. */
export const rulesOf = (heard: Heard): string[] => (heard.body.issue ?? []).map((i) => i.details.coding[0]!.code)

/** Resources of a searchset, without outcomes. */
export const matches = (heard: Heard): FhirBody[] =>
  (heard.body.entry ?? []).filter((e) => e.search?.mode === 'match').map((e) => e.resource!)

/** Path and query of a link, to follow it. */
export const linkOf = (heard: Heard, relation: string): string | undefined => {
  const url = heard.body.link?.find((l) => l.relation === relation)?.url
  return url?.replace('http://localhost', '')
}
