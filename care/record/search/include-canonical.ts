/** Includes by the address of a canonical, which names a resource wherever it stands. @spec FHIR R4 datatypes, canonical */
import { sql } from 'kysely'
import { accessorsOf, isObject, type Json, resourceTypes } from '#packages/fhir'
import { boundToken } from '../index-rows.ts'
import { and, or, type Sql } from './compare-sql.ts'
import { pointing } from './includes.ts'
import type { Hit, Include } from './model.ts'
import { findParameter, isCanonical, referenceParameters, targetsOf } from './parameters.ts'

/** Addresses that one round may follow. */
const MAX_ADDRESSES = 500

type Named = { types: readonly string[]; url: string; version: string | undefined }

/** Resources that those found name by their address, in the version named where one is. */
export function addressedSql(includes: readonly Include[], from: readonly Hit[]): Sql[] {
  const named = new Map<string, Named>()
  for (const include of includes)
    for (const { type, body } of from) {
      if (include.source !== '*' && include.source !== type) continue
      const known = include.param === '*' ? referenceParameters(type) : [findParameter(type, include.param)].filter((p) => p !== undefined)
      for (const p of known.filter(isCanonical)) {
        const types = include.target === null ? targetsOf(p) : targetsOf(p).filter((t) => t === include.target)
        for (const address of addressesIn(p, body)) {
          const [url = '', version] = address.split('|')
          if (url !== '' && types.length > 0) named.set(`${types.join()} ${address}`, { types, url, version })
        }
      }
    }
  return [...named.values()].slice(0, MAX_ADDRESSES).map(({ types, url, version }) => {
    const has = (token: string) => sql`r.tokens && ${[boundToken(token)]}::text[]`
    return and([sql`r.type = any(${[...types]}::text[])`, has(`url=${url}`), ...(version ? [has(`version=*|${version}`)] : [])])
  })
}

function addressesIn(parameter: Parameters<typeof accessorsOf>[0], body: string): string[] {
  const read = body === '' ? null : (JSON.parse(body) as Json)
  return accessorsOf(parameter)
    .filter(({ type }) => type === 'canonical')
    .flatMap(({ select }) => select(read).filter((value) => typeof value === 'string'))
}

/** Resources that name those found by their address, whatever version they mean. */
export function addressingSql(include: Include, from: readonly Hit[]): Sql[] {
  return [...Map.groupBy(from, (r) => r.type)].flatMap(([target, resources]) => {
    const sources = pointing(include, target, resourceTypes)
      .map(({ type, params }) => ({ type, params: params.filter((p) => isCanonical(findParameter(type, p)!)) }))
      .filter(({ params }) => params.length > 0)
    const urls = sources.length === 0 ? [] : [...new Set(resources.flatMap(urlOf))].slice(0, MAX_ADDRESSES)
    if (urls.length === 0) return []
    const values = [...new Set(sources.flatMap((s) => s.params))].flatMap((param) => urls.map((url) => boundToken(`${param}=${url}`)))
    return [or([and([sql`r.type = any(${sources.map((s) => s.type)}::text[])`, sql`r.tokens && ${values}::text[]`])])]
  })
}

function urlOf({ body }: Hit): string[] {
  const read = body === '' ? null : (JSON.parse(body) as Json)
  return isObject(read) && typeof read.url === 'string' ? [read.url] : []
}
