/** Contained resources and the rules of every resource that may have them. @spec http://hl7.org/fhir/R4/domainresource.html#invs */
import type { Json, JsonObject } from '../model.ts'
import { reportInvariant, type Scope, type Walk } from './walk.ts'

const isObject = (value: Json | undefined): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

const containedRules = {
  'dom-2': { ja: '内包したリソースの中に、さらにリソースを内包できません。', en: 'A contained resource must not contain resources.' },
  'dom-3': {
    ja: '内包したリソースは、外側のリソースから「#ID」で参照されていなければなりません。',
    en: "A contained resource must be referred to from the resource around it by '#id'.",
  },
  'dom-4': {
    ja: '内包したリソースにmeta.versionIdとmeta.lastUpdatedは書けません。',
    en: 'A contained resource must not have meta.versionId or meta.lastUpdated.',
  },
  'dom-5': { ja: '内包したリソースにmeta.securityは書けません。', en: 'A contained resource must not have a security label.' },
  'dom-6': { ja: '説明文(text.div)を付けることが勧められています。', en: 'A resource should have a narrative (text.div).' },
} as const

/** Reports one of the rules above. */
export function reportDomain(walk: Walk, key: keyof typeof containedRules): void {
  reportInvariant(walk, { key, ...containedRules[key], ...(key === 'dom-6' ? { severity: 'warning' } : {}) })
}

/** What a contained resource may not have. */
export function checkAsContained(walk: Walk, value: JsonObject): void {
  if (value.contained !== undefined) reportDomain(walk, 'dom-2')
  const meta = isObject(value.meta) ? value.meta : {}
  if (meta.versionId !== undefined || meta.lastUpdated !== undefined) reportDomain(walk, 'dom-4')
  if (meta.security !== undefined) reportDomain(walk, 'dom-5')
}

/** Contained resources by id. */
export function containedById(value: JsonObject): Map<string, JsonObject> {
  const out = new Map<string, JsonObject>()
  for (const item of Array.isArray(value.contained) ? value.contained : [])
    if (isObject(item) && typeof item.id === 'string' && !out.has(item.id)) out.set(item.id, item)
  return out
}

/** Resources of a bundle by fullUrl. */
export function resourcesByFullUrl(bundle: JsonObject): Map<string, JsonObject> {
  const out = new Map<string, JsonObject>()
  for (const entry of Array.isArray(bundle.entry) ? bundle.entry : [])
    if (isObject(entry) && typeof entry.fullUrl === 'string' && isObject(entry.resource)) out.set(entry.fullUrl, entry.resource)
  return out
}

/** Contained resources that nothing around refers to, and that do not refer to what is around them (dom-3). */
export function checkContainedUse(walk: Walk, value: JsonObject, scope: Scope): void {
  const list = Array.isArray(value.contained) ? value.contained : []
  for (let i = 0; i < list.length; i++) {
    const item = list[i]
    if (!isObject(item) || (typeof item.id === 'string' && scope.referenced.has(item.id)) || scope.pointOut.has(item)) continue
    walk.path.push('contained', i)
    reportDomain(walk, 'dom-3')
    walk.path.length -= 2
  }
}
