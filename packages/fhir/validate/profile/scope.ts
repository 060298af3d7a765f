/** From where references are followed: each resource of a bundle sees its own contained ones, and the bundle from its own place. */
import type { JsonObject } from '../../model.ts'
import type { Walk } from '../walk.ts'
import type { Run } from './run.ts'
import { isObject } from './values.ts'

function fullUrlOf(run: Run, around: NonNullable<Walk['around']>, value: JsonObject): string | null {
  if (run.fullUrls?.bundle !== around.bundle) {
    const byResource = new Map<JsonObject, string>()
    for (const [fullUrl, resource] of around.byFullUrl) if (!byResource.has(resource)) byResource.set(resource, fullUrl)
    run.fullUrls = { bundle: around.bundle, byResource }
  }
  return run.fullUrls.byResource.get(value) ?? around.fullUrl
}

/** Lets the walk look from a resource of the bundle; what is contained sees what its container sees. The caller gives scope and around back. */
export function lookFrom(run: Run, value: JsonObject): void {
  const { walk } = run
  if (typeof value.resourceType !== 'string' || walk.atResource === value) return
  for (const contained of walk.scope.contained.values()) if (contained === value) return
  const own = new Map<string, JsonObject>()
  for (const one of Array.isArray(value.contained) ? value.contained : [])
    if (isObject(one) && typeof one.id === 'string' && !own.has(one.id)) own.set(one.id, one)
  walk.scope = { ...walk.scope, contained: own, referenced: new Set(), pointOut: new Set() }
  if (walk.around !== null) walk.around = { ...walk.around, fullUrl: fullUrlOf(run, walk.around, value) }
}
