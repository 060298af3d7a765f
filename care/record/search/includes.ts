/** `_include` and `_revinclude`: what is shown beside the matches. @spec FHIR R4 search, including other resources */
import { isResourceType } from '#packages/fhir'
import type { Include } from './model.ts'
import { findParameter, referenceParameters, targetsOf } from './parameters.ts'
import { unreadable, unsupported } from './values.ts'

/** `Type:param[:Target]`, `Type:*` or `*`. @refuses search-unsupported, search-invalid */
export function readInclude({
  name,
  value,
  reverse,
  iterate,
}: {
  name: string
  value: string
  reverse: boolean
  iterate: boolean
}): Include {
  if (value === '*') return { source: '*', param: '*', target: null, iterate, reverse }
  const [source = '', param = '', target, ...more] = value.split(':')
  if (!isResourceType(source) || param === '' || more.length > 0 || (target !== undefined && !isResourceType(target)))
    unreadable(name, value)
  if (param !== '*') {
    const known = findParameter(source, param)
    if (known?.kind !== 'reference' || known.custom) unsupported(`${name}=${value}`)
  }
  return { source, param, target: target ?? null, iterate, reverse }
}

/** The beginnings `param=Type/` of the references that an include follows out of a resource of this type. */
export function followed(include: Include, type: string): string[] {
  if (include.source !== '*' && include.source !== type) return []
  const params = include.param === '*' ? referenceParameters(type).map((p) => p.code) : [include.param]
  return params.map((param) => `${param}=${include.target === null ? '' : `${include.target}/`}`)
}

/** The parameters by which resources may point at one of this type, for a reverse include. */
export function pointing(include: Include, target: string, sources: readonly string[]): { type: string; params: string[] }[] {
  if (include.target !== null && include.target !== target) return []
  const types = include.source === '*' ? sources : [include.source]
  return types.flatMap((type) => {
    const all = referenceParameters(type).filter((p) => targetsOf(p).includes(target))
    const params = (include.param === '*' ? all : all.filter((p) => p.code === include.param)).map((p) => p.code)
    return params.length === 0 ? [] : [{ type, params }]
  })
}
