/** An answer of the FHIR surface, taken apart for a table. Pure. */
import { isObject, type Json, type JsonObject } from '#packages/fhir'
import { queryOf } from './query.ts'

export type Issue = { severity: string; rule: string; ja: string; en: string; where: string[] }
/** A resource of the answer; of a history, with what was done to it. `resource`: null for a deleted version. */
export type Entry = { type: string; id: string; version: string; resource: JsonObject | null; query: string | null; done: string | null }
export type Taken = {
  kind: 'searchset' | 'history' | 'resource' | 'outcome'
  matches: Entry[]
  included: Entry[]
  issues: Issue[]
  total: number | null
  next: string | null
}

const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** @param base address of the FHIR surface */
export function takeApart(body: string, base: string): Taken {
  const answer = JSON.parse(body) as Json
  const empty = { matches: [], included: [], issues: [], total: null, next: null }
  if (!isObject(answer)) return { kind: 'resource', ...empty }
  if (answer.resourceType === 'OperationOutcome') return { kind: 'outcome', ...empty, issues: issuesOf(answer) }
  if (answer.resourceType !== 'Bundle' || (answer.type !== 'searchset' && answer.type !== 'history'))
    return { kind: 'resource', ...empty, matches: [entryOf({ resource: answer }, base)] }
  const entries = objects(answer.entry)
  const modeOf = (entry: JsonObject) => (isObject(entry.search) ? textIn(entry.search.mode) : 'match')
  const of = (mode: string) => entries.filter((entry) => modeOf(entry) === mode)
  const outcomes = of('outcome').flatMap(({ resource }) => (isObject(resource) ? issuesOf(resource) : []))
  return {
    kind: answer.type,
    matches: of('match').map((entry) => entryOf(entry, base)),
    included: of('include').map((entry) => entryOf(entry, base)),
    issues: outcomes,
    total: typeof answer.total === 'number' ? answer.total : null,
    next: nextOf(answer, base),
  }
}

function nextOf(bundle: JsonObject, base: string): string | null {
  const link = objects(bundle.link).find(({ relation }) => relation === 'next')
  return link ? queryOf(textIn(link.url), base) : null
}

function entryOf(entry: JsonObject, base: string): Entry {
  const resource = isObject(entry.resource) ? entry.resource : null
  const place = (queryOf(textIn(entry.fullUrl), base) ?? '').split('/')
  const [type, id] = [textIn(resource?.resourceType) || place[0] || '', textIn(resource?.id) || place[1] || '']
  const response = isObject(entry.response) ? entry.response : null
  const tag = /"(\d+)"/.exec(textIn(response?.etag))?.[1]
  const version = tag ?? (isObject(resource?.meta) ? textIn(resource.meta.versionId) : '')
  const own = id === '' ? null : `${type}/${id}`
  const request = isObject(entry.request) ? entry.request : null
  const done = request ? textIn(request.method) : null
  // A version that was deleted has nothing to read.
  const query = own === null || done === 'DELETE' ? null : done !== null && version !== '' ? `${own}/_history/${version}` : own
  return { type, id, version, resource, query, done }
}

export function issuesOf(outcome: JsonObject): Issue[] {
  return objects(outcome.issue).map((issue) => {
    const details = isObject(issue.details) ? issue.details : {}
    const rule = textIn(objects(details.coding)[0]?.code)
    const en = textIn(issue.diagnostics)
    return {
      severity: textIn(issue.severity),
      rule,
      ja: textIn(details.text) || en,
      // The rule's name is told apart from the sentence.
      en: (rule !== '' && en.startsWith(`${rule}: `) ? en.slice(rule.length + 2) : en) || textIn(details.text),
      where: Array.isArray(issue.expression) ? issue.expression.filter((part) => typeof part === 'string' && part !== '').map(String) : [],
    }
  })
}
