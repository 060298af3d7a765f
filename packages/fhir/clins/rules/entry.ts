import type { Json } from '../../model.ts'
import { firstText, isObject, type Node, values, walk } from '../element.ts'
import { everyClass, fiveItems, present, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

const uuidPattern = /^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/

/** Rules on the entries and what refers to what. */
export const entryRules: SubmissionRule[] = [
  {
    id: 'P-FULL-URL',
    level: 'error',
    code: 'value',
    appliesTo: everyClass,
    source: 'JP_Bundle_* Bundle.entry.fullUrl',
    ja: 'entry.fullUrl がないか、urn:uuid: の形ではありません。UUID を付けてください。',
    en: 'entry.fullUrl is missing or not a urn:uuid. Give the entry a UUID.',
    find: (s) => s.entries.flatMap((e) => (uuidPattern.test(e.fullUrl ?? '') ? [] : [`${e.path}.fullUrl`])),
  },
  {
    id: 'P-FULL-URL-UNIQUE',
    level: 'error',
    code: 'duplicate',
    appliesTo: everyClass,
    source: 'JP_Bundle_* Bundle.entry.fullUrl; FHIR R4 bdl-7',
    ja: '同じ fullUrl が2回使われています。entry ごとに別の UUID にしてください。',
    en: 'The same fullUrl is used twice. Give every entry a UUID of its own.',
    find: (s) => {
      const seen = new Set<string>()
      return s.entries.flatMap((e) => {
        if (e.fullUrl === undefined) return []
        if (seen.has(e.fullUrl)) return [`${e.path}.fullUrl`]
        seen.add(e.fullUrl)
        return []
      })
    },
  },
  {
    id: 'P-ENTRY-EXTRA',
    level: 'error',
    code: 'structure',
    appliesTo: everyClass,
    source: 'JP_Bundle_* entry.search, request, response, link 0..0',
    ja: 'entry に search、request、response、link は書けません。取り除いてください。',
    en: 'An entry must not carry search, request, response or link. Remove it.',
    find: (s) =>
      s.entries.flatMap((e) =>
        ['search', 'request', 'response', 'link'].filter((name) => present(e.value, name)).map((name) => `${e.path}.${name}`),
      ),
  },
  {
    id: 'P-ENTRY-RESOURCE',
    level: 'error',
    code: 'structure',
    appliesTo: everyClass,
    source: 'JP_Bundle_* entry.resource 1..1',
    ja: 'entry にリソースがありません。リソースを入れるか、entry を取り除いてください。',
    en: 'An entry carries no resource. Add one or remove the entry.',
    find: (s) => s.entries.flatMap((e) => (e.resource === undefined ? [`${e.path}.resource`] : [])),
  },
  {
    id: 'P-REFERENCE',
    level: 'error',
    code: 'structure',
    appliesTo: fiveItems,
    source: 'JP-CLINS prose on references in JP_Bundle_CLINS',
    ja: '参照先がありません。患者は Bundle 内の fullUrl で、その他は contained の #id で参照してください。',
    en: 'The reference leads nowhere. Refer to the Patient by its fullUrl and to everything else by #id of a contained resource.',
    find: (s) => s.entries.flatMap((e) => brokenFiveItemReferences(s, e.path, e.resource)),
  },
  {
    id: 'P-REFERENCE-LOGICAL',
    level: 'error',
    code: 'not-supported',
    appliesTo: fiveItems,
    source: 'JP-CLINS prose on references in JP_Bundle_CLINS',
    ja: '識別子だけによる参照は使えません。患者は fullUrl、その他は contained の #id で参照してください。',
    en: 'References by identifier alone are not used. Refer to the Patient by fullUrl and to everything else by #id.',
    find: (s) => references(s).flatMap((n) => (present(n.value, 'identifier') && !present(n.value, 'reference') ? [n.path] : [])),
  },
]

/** Elements that are References: an object with `reference`, or with `identifier` and nothing but what a Reference may have. */
function references(s: Submission): Node[] {
  const found: Node[] = []
  for (const entry of s.entries) {
    walk({ path: entry.at, value: entry.resource ?? null }, (node, name) => {
      if (isReference(node.value, name)) found.push(node)
    })
  }
  return found
}

const referenceNames = new Set(['subject', 'patient', 'encounter', 'performer', 'specimen', 'recorder', 'asserter', 'requester', 'basedOn'])

const isReference = (value: Json, name: string): boolean =>
  isObject(value) && (typeof value.reference === 'string' || (referenceNames.has(name) && isObject(value.identifier)))

function brokenFiveItemReferences(s: Submission, path: string, resource: Json | undefined): string[] {
  if (resource === undefined) return []
  const contained = new Set(values(resource, 'contained').map((item) => `#${firstText(item, 'id') ?? ''}`))
  const patientUrl = s.entries.find((e) => e.resource?.resourceType === 'Patient')?.fullUrl
  const broken: string[] = []
  walk({ path: `${path}.resource`, value: resource }, (node, name) => {
    if (name !== 'reference' || typeof node.value !== 'string') return
    if (node.value.startsWith('#') ? !contained.has(node.value) : node.value !== patientUrl) broken.push(node.path)
  })
  return broken
}
