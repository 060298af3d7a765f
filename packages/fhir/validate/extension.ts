/** Extensions: is the definition known, does it belong here, is its value what it says. @spec http://hl7.org/fhir/R4/extensibility.html */
import type { JsonObject } from '../model.ts'
import type { Walk } from './walk.ts'

/** Checks the extension at hand against its definition. */
export function checkExtension(walk: Walk, value: JsonObject): void {
  const { definitions, profiles } = walk.knowledge
  if (typeof value.url !== 'string' || !definitions?.structure(value.url)) return
  profiles?.checkProfile(walk, value, value.url)
}
