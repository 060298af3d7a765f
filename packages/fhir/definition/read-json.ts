/** Narrow readers of JSON whose form nobody has checked: what is not of the wanted kind is absent. */
import type { Json, JsonObject } from '../model.ts'

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const textAt = (value: JsonObject, name: string): string | undefined => {
  const at = value[name]
  return typeof at === 'string' && at !== '' ? at : undefined
}
export const numberAt = (value: JsonObject, name: string): number | undefined => {
  const at = value[name]
  return typeof at === 'number' && Number.isFinite(at) ? at : undefined
}
export const flagAt = (value: JsonObject, name: string): boolean | undefined => {
  const at = value[name]
  return typeof at === 'boolean' ? at : undefined
}
export const objectsAt = (value: JsonObject, name: string): JsonObject[] => {
  const at = value[name]
  return Array.isArray(at) ? at.filter(isObject) : []
}
export const objectAt = (value: JsonObject, name: string): JsonObject | undefined => {
  const at = value[name]
  return isObject(at) ? at : undefined
}
export const textsAt = (value: JsonObject, name: string): string[] => {
  const at = value[name]
  return Array.isArray(at) ? at.filter((item): item is string => typeof item === 'string') : []
}

/** First value of an extension of this url, whatever its type. */
export function extensionValue(value: JsonObject, url: string): Json | undefined {
  const extension = objectsAt(value, 'extension').find((candidate) => candidate.url === url)
  const name = extension && Object.keys(extension).find((key) => key.startsWith('value'))
  return name === undefined ? undefined : extension?.[name]
}
