/** What `$validate` was asked: a resource as it stands in the text, or inside Parameters. Pure. @spec FHIR R4 Resource/$validate */
import { isObject, type Json, type JsonObject, type Resource } from '#packages/fhir'

export type Asked = { resource: Json | null; profiles: string[]; mode: string | null }

const textOf = (parameter: JsonObject): string | null => {
  const value = Object.entries(parameter).find(([name]) => name.startsWith('value'))?.[1]
  return typeof value === 'string' ? value : null
}

/** The members of Parameters; null where the resource is none. */
export function askedBy(body: Resource): Asked | null {
  if (body.resourceType !== 'Parameters') return null
  const list = (Array.isArray(body.parameter) ? body.parameter : []).filter(isObject)
  const named = (name: string) => list.filter((parameter) => parameter.name === name)
  return {
    resource: named('resource')[0]?.resource ?? null,
    profiles: named('profile').flatMap((parameter) => textOf(parameter) ?? []),
    mode: named('mode').map(textOf)[0] ?? null,
  }
}
