import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { isStrict } from '../preference.ts'
import { searchset } from './searchset.ts'
import type { Found, searchService } from './service.ts'
import { readPurposes } from '../purposes.ts'

const LAW = '医療法等の一部を改正する法律（令和7年法律第87号）による電子カルテ情報の共有（施行日は規定ごと。要確認: 弁護士）'

type Record = Pick<ReturnType<typeof searchService>, 'searchType' | 'searchTypes' | 'searchCompartment' | 'reindexStatus'>

/** Searches of one type, of several types at once, and of compartments. */
export function searchRoutes(record: Record, { base }: { base: string }): Row[] {
  const common = {
    kind: 'read',
    who: ['system', 'staff', 'citizen'],
    why: readPurposes,
    apps: true,
    crossSite: true,
    audit: 'record.search',
    law: LAW,
  } as const
  const answer = ({ search, page }: Found): Answer => ({ fhir: searchset(base, search, page) })
  const type = async (ctx: Context, request: RouteRequest) => answer(await record.searchType(ctx, request.params.type!, asked(request)))
  const types = async (ctx: Context, request: RouteRequest) => answer(await record.searchTypes(ctx, asked(request)))
  const compartment = async (ctx: Context, request: RouteRequest) => {
    const { compartment: name, id, type } = request.params
    return answer(await record.searchCompartment(ctx, { name: name!, id: id!, type: type! }, asked(request)))
  }
  const one = { ja: '種類ごとの検索', en: 'Search one type' }
  const several = {
    ja: '複数の種類の検索（_type で指定。なければ見てよいすべての種類）',
    en: 'Search several types, named by _type; without it, every type the caller may search',
  }
  const inside = {
    ja: '患者・受診・医療者などに属する資料の検索',
    en: 'Search within the compartment of a patient, visit, practitioner, relative or device',
  }
  return [
    { ...common, method: 'GET', path: '/fhir/R4/:type', summary: one, handle: type },
    { ...common, method: 'POST', path: '/fhir/R4/:type/_search', summary: one, handle: type },
    { ...common, method: 'GET', path: '/fhir/R4', summary: several, handle: types },
    { ...common, method: 'POST', path: '/fhir/R4/_search', summary: several, handle: types },
    { ...common, method: 'GET', path: '/fhir/R4/:compartment/:id/:type', summary: inside, handle: compartment },
    { ...common, method: 'POST', path: '/fhir/R4/:compartment/:id/:type/_search', summary: inside, handle: compartment },
    {
      ...common,
      method: 'GET',
      path: '/fhir/R4/$reindex-status',
      who: ['system', 'staff'],
      why: ['TREAT', 'HOPERAT'],
      audit: 'record.reindex-status',
      law: 'HL7 FHIR R4 SearchParameter',
      summary: { ja: '追加された検索条件の索引作りの進み具合', en: 'How far the index is for search parameters that were added' },
      handle: async (ctx: Context) => ({ fhir: await record.reindexStatus(ctx) }),
    },
  ]
}

/** What a request asks for, in its address and in its body. */
export const asked = ({ query, body, headers }: RouteRequest): { query: URLSearchParams; strict: boolean } => ({
  query: new URLSearchParams([...query, ...formPairs(body)]),
  strict: isStrict(headers),
})

function formPairs(body: unknown): [string, string][] {
  if (body === null || typeof body !== 'object') return []
  return Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((v): [string, string] => [name, String(v)]),
  )
}
