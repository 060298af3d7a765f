import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest, Taken } from '#kernel/route'
import type { Context } from '#kernel/context'
import type { Resource } from '#packages/fhir'
import { readResource } from '../body.ts'
import { asked } from '../search/routes.ts'
import type { RecordService } from '../service.ts'
import { requireResource } from '../write/judge.ts'
import { type Change, readPatch } from '../write/patch.ts'

const LAW = '個人情報の保護に関する法律 本人の同意（条項は要確認: 弁護士）'

/** Parameters by which consents are found, and those that choose the form of an answer. */
const form = new Set(['_format', '_pretty', '_total', '_summary', '_elements', '_count', 'lang'])
const takes: Taken[] = [
  { name: 'patient', type: 'Reference', about: { ja: '本人。医療機関は必ず付ける', en: 'The person; an institution must name one' } },
  { name: '_id', type: 'string', about: { ja: '同意のID', en: 'Id of the consent' } },
  { name: 'status', type: 'code', about: { ja: 'active か inactive', en: 'active or inactive' } },
]

const listed = (query: URLSearchParams, names: readonly string[]): string[] | null => {
  const values = names.flatMap((name) => query.getAll(name)).flatMap((value) => value.split(','))
  return values.length === 0 ? null : values
}

/** @refuses search-unsupported for a parameter that consents are not found by: passed over, it would find more than was asked for */
function wantedBy(query: URLSearchParams) {
  const odd = [...query.keys()].find((name) => !form.has(name) && !['patient', 'subject', '_id', 'status'].includes(name))
  if (odd !== undefined) refuse('search-unsupported', { param: odd.slice(0, 60) })
  const patients = listed(query, ['patient', 'subject'])
  return {
    keys: patients?.map((value) => value.replace(/^(.*\/)?Patient\//, '')) ?? null,
    ids: listed(query, ['_id']),
    status: query.get('status'),
  }
}

const writers = {
  kind: 'write',
  who: ['citizen'],
  why: ['PATRQT'],
  apps: true,
  crossSite: true,
  law: LAW,
  body: 'text',
} as const

/** Consents of sharing on the FHIR surface. The record holds no others. */
export function consentRows(record: RecordService, { base }: { base: string }): Row[] {
  const readers = {
    kind: 'read',
    who: ['system', 'staff', 'citizen'],
    why: ['TREAT', 'PATRQT'],
    apps: true,
    crossSite: true,
    law: LAW,
  } as const
  const search = async (ctx: Context, request: RouteRequest): Promise<Answer> => {
    const { query } = asked(request)
    const found = await record.consents.search(ctx, wantedBy(query))
    const entry = found.map((resource) => ({ fullUrl: `${base}/Consent/${String(resource.id)}`, resource, search: { mode: 'match' } }))
    const link = [{ relation: 'self', url: `${base}/Consent?${query}` }]
    const entries = entry.length === 0 || query.get('_summary') === 'count' ? {} : { entry }
    return { fhir: { resourceType: 'Bundle', type: 'searchset', total: found.length, link, ...entries } }
  }
  const found = { ja: '同意の検索', en: 'Search consents' }
  return [
    { ...readers, method: 'GET', path: '/fhir/R4/Consent', audit: 'consent.search', summary: found, takes, handle: search },
    { ...readers, method: 'POST', path: '/fhir/R4/Consent/_search', audit: 'consent.search', summary: found, takes, handle: search },
    {
      ...readers,
      method: 'GET',
      path: '/fhir/R4/Consent/:id',
      audit: 'consent.read',
      summary: { ja: '同意の読み取り', en: 'Read one consent' },
      handle: async (ctx, { params: { id = '' } }) => {
        // An id begins with a letter or a digit: this is an interaction that consents do not have.
        if (id.startsWith('_')) refuse('interaction-unsupported', { type: 'Consent', interaction: 'history-type' })
        return { fhir: await record.consents.read(ctx, id) }
      },
    },
    {
      ...writers,
      method: 'POST',
      path: '/fhir/R4/Consent',
      audit: 'consent.give',
      summary: {
        ja: '続けて見せる同意、見せない設定の登録（本人とそのアプリ）',
        en: 'A consent that goes on, or a denial, by the person or their app',
      },
      prepare: (request) => ({ ...request, body: requireResource(readResource(request), 'Consent') }),
      handle: async (ctx, { body }) => {
        const made = await record.consents.create(ctx, body as Resource)
        return { status: 201, headers: { location: `${base}/Consent/${String(made.id)}` }, fhir: made }
      },
    },
    ...endings(record),
  ]
}

/** Both ways to say that one ends: the whole resource with the status inactive, or that change alone. */
function endings(record: RecordService): Row[] {
  const row = { ...writers, path: '/fhir/R4/Consent/:id', audit: 'consent.withdraw' } as const
  return [
    {
      ...row,
      method: 'PUT',
      summary: {
        ja: '同意の取り消し、見せない設定の解除（status を inactive に）',
        en: 'Withdraw a consent, or end a denial (status inactive)',
      },
      prepare: (request) => ({ ...request, body: requireResource(readResource(request), 'Consent') }),
      handle: async (ctx, { params: { id = '' }, body }) => ({ fhir: await record.consents.end(ctx, id, body as Resource) }),
    },
    {
      ...row,
      method: 'PATCH',
      summary: {
        ja: '同意の取り消し、見せない設定の解除（status の変更だけ）',
        en: 'Withdraw a consent, or end a denial (the change of its status)',
      },
      prepare: (request) => ({ ...request, body: readPatch(request) }),
      handle: async (ctx, { params: { id = '' }, body }) => ({ fhir: await record.consents.end(ctx, id, body as Change) }),
    },
  ]
}

/** What the CapabilityStatement says of consents. */
export const consentCapability = {
  type: 'Consent',
  versioning: 'no-version',
  readHistory: false,
  updateCreate: false,
  conditionalCreate: false,
  interaction: ['read', 'search-type', 'create', 'update', 'patch'].map((code) => ({ code })),
  searchParam: [
    { name: '_id', type: 'token' },
    { name: 'patient', type: 'reference' },
    { name: 'status', type: 'token' },
  ],
}
