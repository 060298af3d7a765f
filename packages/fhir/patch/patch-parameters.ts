/** Reads the Parameters of a FHIRPath Patch; everything that is not as the specification says is refused by name. */
import { numberText } from '../decimals.ts'
import type { Json, JsonObject } from '../model.ts'
import { elementsOf, choiceName } from '../shapes.ts'
import { isForbiddenName, isObject } from './json-value.ts'
import { PatchRefused } from './patch-finding.ts'

/** A value as `value[x]` or resource (with its type), or as parts by name. `text` is how a number was written. */
export type PatchValue =
  | { json: Json | undefined; extra: Json | undefined; type: string; text?: string }
  | { parts: { name: string; value: PatchValue }[] }

export type PatchOperation = {
  type: 'add' | 'insert' | 'delete' | 'replace' | 'move'
  path: string
  name?: string
  value?: PatchValue
  index?: number
  source?: number
  destination?: number
  /** e.g. `parameter[2]` */
  at: string
}

const needs: Record<PatchOperation['type'], readonly (keyof PatchOperation)[]> = {
  add: ['path', 'name', 'value'],
  insert: ['path', 'index', 'value'],
  delete: ['path'],
  replace: ['path', 'value'],
  move: ['path', 'source', 'destination'],
}
const maxParts = 8

function malformed(at: string, ja: string, en: string): never {
  throw new PatchRefused(at, { code: 'structure', ruleId: 'patch/form', ja, en })
}

/** JSON name of value[x] to type: `valueQuantity` to `Quantity`. R4 leaves Extension out of the list, and patches in the field send it. */
const valueTypes = new Map(
  [...(elementsOf('Parameters.parameter').get('value[x]')?.types ?? []), 'Extension'].map((type) => [choiceName('value[x]', type), type]),
)

const listed = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])

function valueOfPart(part: JsonObject, at: string, depth: number): PatchValue {
  for (const [json, type] of valueTypes) {
    const [value, extra] = [part[json], part[`_${json}`]]
    if (value !== undefined || extra !== undefined)
      return { json: value, extra, type, ...(typeof value === 'number' ? { text: numberText(part, json, value) } : {}) }
  }
  if (isObject(part.resource)) return { json: part.resource, extra: undefined, type: String(part.resource.resourceType) }
  if (!Array.isArray(part.part) || depth > maxParts)
    return malformed(at, 'value[x], resource, partのいずれかが必要です。', 'A value[x], resource or part is needed.')
  return {
    parts: part.part.map((row, i) => {
      const here = `${at}.part[${i}]`
      if (!isObject(row) || typeof row.name !== 'string' || isForbiddenName(row.name))
        return malformed(here, 'nameが必要です。', 'A name is needed.')
      return { name: row.name, value: valueOfPart(row, here, depth + 1) }
    }),
  }
}

function operationOf(parameter: Json, at: string): PatchOperation {
  if (!isObject(parameter) || parameter.name !== 'operation')
    return malformed(at, 'parameterの名前はoperationだけです。', 'Every parameter is named operation.')
  const parts = new Map<string, { row: JsonObject; at: string }>()
  for (const [i, row] of listed(parameter.part).entries()) {
    const here = `${at}.part[${i}]`
    if (!isObject(row) || typeof row.name !== 'string') return malformed(here, 'nameが必要です。', 'A name is needed.')
    if (parts.has(row.name)) malformed(here, `「${row.name}」が2つあります。`, `There are two parts named ${row.name}.`)
    parts.set(row.name, { row, at: here })
  }
  const text = (name: string): string | undefined => {
    const row = parts.get(name)?.row
    const value = row && (row.valueString ?? row.valueCode)
    return typeof value === 'string' ? value : undefined
  }
  const whole = (name: string): number | undefined => {
    const value = parts.get(name)?.row.valueInteger
    return typeof value === 'number' && Number.isInteger(value) ? value : undefined
  }
  const type = text('type') ?? ''
  if (!Object.hasOwn(needs, type))
    malformed(
      `${at}.type`,
      `操作「${type}」はありません(${Object.keys(needs).join(', ')})。`,
      `There is no operation "${type}" (${Object.keys(needs).join(', ')}).`,
    )
  const value = parts.get('value')
  const made: Record<string, unknown> = {
    type,
    path: text('path'),
    name: text('name'),
    index: whole('index'),
    source: whole('source'),
    destination: whole('destination'),
    at,
  }
  if (value) made.value = valueOfPart(value.row, value.at, 0)
  const operation = Object.fromEntries(Object.entries(made).filter(([, one]) => one !== undefined)) as PatchOperation
  const missing = needs[operation.type].find((name) => operation[name] === undefined)
  if (missing) malformed(`${at}.${missing}`, `${type}には${missing}が必要です。`, `${type} needs ${missing}.`)
  return operation
}

/** The operations of a patch, checked for form. @refuses structure, too-costly */
export function operationsOf(parameters: Json, maxOperations: number): PatchOperation[] {
  if (!isObject(parameters) || parameters.resourceType !== 'Parameters')
    return malformed('', 'FHIRPath PatchはParametersで書いてください。', 'A FHIRPath Patch is a Parameters resource.')
  const rows = listed(parameters.parameter)
  if (rows.length > maxOperations) {
    const [ja, en] = [`操作が多すぎます(上限${maxOperations})。`, `There are more than ${maxOperations} operations.`]
    throw new PatchRefused('parameter', { code: 'too-costly', ruleId: 'patch/too-many', ja, en })
  }
  return rows.map((row, i) => operationOf(row, `parameter[${i}]`))
}

/** The name an `add` writes; `value[x]` may be asked for as `value`. */
export const nameOf = (operation: PatchOperation): string => (operation.name ?? '').replace(/\[x\]$/, '')
