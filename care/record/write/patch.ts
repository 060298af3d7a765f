import type { Context } from '#kernel/context'
import { institutionOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'
import {
  applyFhirPathPatch,
  applyJsonPatch,
  changedImmutable,
  type Finding,
  isObject,
  type Json,
  jsonOf,
  parseJson,
  type Resource,
} from '#packages/fhir'
import { readResource, refuseFindings } from '../body.ts'
import type { Seen } from '../model.ts'
import { type IfMatch, requireMet } from './preconditions.ts'
import type { WriteSet, Written } from './write-set.ts'

/** A change to a resource: operations of JSON Patch, or Parameters of FHIRPath Patch. */
export type Change = { operations: Json } | { parameters: Resource }

export type Patching = { type: string; id: string; change: Change; ifMatch: IfMatch; set?: WriteSet }

type Parts = {
  find: (ctx: Context, type: string, id: string, lock?: boolean) => Promise<Seen | undefined>
  update: (ctx: Context, resource: Resource, id: string, about: { ifMatch: number; set?: WriteSet }) => Promise<Written>
}

const jsonPatch = 'application/json-patch+json'

/** Media types a PATCH may come in. */
export const patchFormats: readonly string[] = [jsonPatch, 'application/fhir+json', 'application/fhir+xml']

const invalid = (findings: readonly Finding[]): never => refuse('resource-invalid', {}, findings)

/** The change in the body of a PATCH. @refuses media-type, body-malformed, resource-invalid */
export function readPatch(request: RouteRequest): Change {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  if (type !== jsonPatch) return patchOf(readResource(request) as Resource)
  const read = parseJson(request.body as string)
  return 'findings' in read ? refuseFindings(read.findings) : { operations: read.value }
}

/** The change that a resource carries: Parameters of a FHIRPath Patch, or a Binary with a JSON Patch in it. @refuses input-invalid, body-malformed, resource-invalid */
export function patchOf(resource: Resource): Change {
  if (isObject(resource) && resource.resourceType === 'Parameters') return { parameters: resource }
  const isJson = isObject(resource) && resource.resourceType === 'Binary' && resource.contentType === jsonPatch
  if (!isJson || typeof resource.data !== 'string') return refuse('input-invalid', { what: `PATCH: ${jsonPatch} | Parameters` })
  const read = parseJson(Buffer.from(resource.data, 'base64').toString('utf8'))
  return 'findings' in read ? refuseFindings(read.findings) : { operations: read.value }
}

/** What a patch may not reach: what the platform itself says of a resource, and whose it is. */
const guarded = (path: string) => path !== 'meta.versionId' && path !== 'meta.lastUpdated'

/**
 * Changes a resource of the caller's institution in parts. What stood when the change was made is what it is applied to: where somebody
 * else came first, it is applied to theirs.
 * @refuses not-found, gone, not-permitted, version-conflict, resource-invalid where the change does not fit or breaks the resource
 */
export async function patch(ctx: Context, { find, update }: Parts, asked: Patching): Promise<Written> {
  const old = (await find(ctx, asked.type, asked.id, true)) ?? refuse('not-found')
  if (old.deleted) refuse('gone')
  if (old.source !== institutionOf(ctx.actor)) refuse('not-permitted')
  requireMet(asked.ifMatch, old)
  const before = jsonOf(old.body) as Resource
  const after = changedBy(before, asked.change)
  const touched = isObject(after) ? changedImmutable(before, after).filter(guarded) : ['resourceType']
  if (touched.length > 0) invalid(touched.map(untouchable))
  return update(ctx, after, asked.id, { ifMatch: old.version, ...(asked.set ? { set: asked.set } : {}) })
}

/** The resource as a change makes it; what stood before stays as it was. @refuses resource-invalid where the change does not fit */
export function changedBy(before: Resource, change: Change): Resource {
  const patched = 'operations' in change ? applyJsonPatch(before, change.operations) : applyFhirPathPatch(before, change.parameters)
  return 'findings' in patched ? invalid(patched.findings) : (patched.value as Resource)
}

const untouchable = (path: string): Finding => ({
  severity: 'error',
  code: 'business-rule',
  path,
  ruleId: 'patch/immutable',
  ja: `${path} は変更できません。誰の記録か、どの記録かは、登録したときに決まります。`,
  en: `${path} cannot be changed: whose record it is, and which, is settled when it is created.`,
})
