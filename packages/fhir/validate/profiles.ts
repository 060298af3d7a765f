/** Which profiles a resource is shown to: those it claims, and those it was asked to keep. */
import type { JsonObject } from '../model.ts'
import type { Walk } from './walk.ts'

function claims(value: JsonObject): string[] {
  const meta = value.meta
  const list = meta !== null && typeof meta === 'object' && !Array.isArray(meta) && Array.isArray(meta.profile) ? meta.profile : []
  return list.filter((url) => typeof url === 'string')
}

/** Shows the resource at hand to the profiles it claims. */
export function checkProfiles(walk: Walk, value: JsonObject, _type: string): void {
  const { profiles, claimed } = walk.knowledge
  if (profiles === null) return
  const asked = walk.depth === 1 ? walk.asked : []
  for (const url of new Set([...asked, ...(claimed ? claims(value) : [])])) profiles.checkProfile(walk, value, url)
}
