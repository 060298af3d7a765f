import type { Context } from '#kernel/context'
import { resourceTypes } from '#packages/fhir'
import { sharedTypes } from '../ids.ts'
import { searchCapability } from '../search/capability.ts'
import { patchFormats } from '../write/patch.ts'
import { modifiersOf } from './modifiers.ts'
import { definitionOf } from './operation-definition.ts'
import { type Operation, ownInteractions, sharedInteractions, type Surface } from './surface.ts'

const BULK = 'http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'
const TERMINOLOGY = 'http://hl7.org/fhir/CapabilityStatement/terminology-server'
const SOCKET = 'http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket'
const OAUTH = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris'
const SECURITY = 'http://terminology.hl7.org/CodeSystem/restful-security-service'

const documentation = `検索条件に使える修飾子は、条件ごとの documentation に「:修飾子」で示します（[type] はリソースの種類の名）。
Prefer: return=minimal | representation | OperationOutcome と handling=strict | lenient、Idempotency-Key、If-Match、If-None-Match、If-Modified-Since、If-None-Exist に応じます。
Binary はファイルのまま（その Content-Type で）登録・更新でき、その形式を Accept に書けば、ファイルのまま返します（X-Security-Context に応じます）。

Modifiers of a search parameter are listed in its documentation, each with a colon ([type] stands for the name of a resource type).
Prefer (return=minimal | representation | OperationOutcome, handling=strict | lenient), Idempotency-Key, If-Match, If-None-Match, If-Modified-Since and If-None-Exist are honoured.
A Binary may be created and updated as the file it is, under its own Content-Type (X-Security-Context is honoured), and is given back as that file where Accept names its type.`

export type About = {
  /** Public address, e.g. `http://localhost:8080/fhir/R4`. */
  base: string
  version: string
  /** What a room says of its own type beyond what its rows tell, e.g. profiles and topics. */
  described?: readonly ({ type: string } & Record<string, unknown>)[]
  /** What the room of terminology says of itself; nothing is offered where it is absent. */
  terminology?: (ctx: Pick<Context, 'db' | 'now'>) => Promise<object>
}

/** What the FHIR surface offers, made from the rows that serve it and the tables that search reads. @spec FHIR R4 CapabilityStatement */
export function capabilityStatement(surface: Surface, about: About): object {
  const { base, version } = about
  const whole = surface.interactions.get('') ?? new Set()
  const system = [
    ...(whole.has('bundle') ? ['transaction', 'batch'] : []),
    ...(whole.has('history-system') ? ['history-system'] : []),
    ...(whole.has('search-system') ? ['search-system'] : []),
  ]
  const operation = operationsOf(
    surface.operations.filter((o) => o.level === 'system'),
    base,
  )
  return {
    resourceType: 'CapabilityStatement',
    url: `${base}/metadata`,
    version,
    name: 'Enishi',
    title: 'Enishi 縁',
    status: 'active',
    date: '2026-11-22',
    kind: 'instance',
    ...instantiatedBy(surface),
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml', 'json', 'xml'],
    ...(whole.size > 0 && isPatched(surface) ? { patchFormat: [...patchFormats] } : {}),
    software: { name: 'Enishi', version },
    implementation: { description: 'Enishi 縁', url: base },
    rest: [
      {
        ...(surface.socket === null ? {} : { extension: [{ url: SOCKET, valueUri: socketUrl(base, surface.socket) }] }),
        mode: 'server',
        documentation,
        security: security(base),
        resource: resourceTypes.flatMap((type) => ofType(surface, type, about)),
        ...(system.length > 0 ? { interaction: system.map((code) => ({ code })) } : {}),
        ...(operation.length > 0 ? { operation } : {}),
      },
    ],
  }
}

const socketUrl = (base: string, path: string): string => `${base.replace(/^http/, 'ws').replace(/\/fhir\/R4$/, '')}${path}`

/** Capability statements of others that this one keeps to: bulk data where all three levels of export are there, terminology where value sets expand. */
function instantiatedBy(surface: Surface): { instantiates?: string[] } {
  const expands = surface.operations.some((o) => o.name === 'expand' && o.type === 'ValueSet')
  const kept = [...(isBulk(surface) ? [BULK] : []), ...(expands ? [TERMINOLOGY] : [])]
  return kept.length > 0 ? { instantiates: kept } : {}
}

/** All three levels of export are there. */
const isBulk = ({ operations }: Surface): boolean =>
  [null, 'Patient', 'Group'].every((type) => operations.some((o) => o.name === 'export' && o.type === type))

const isPatched = ({ interactions }: Surface): boolean => interactions.get('*')?.has('patch') === true

const security = (base: string): object => ({
  extension: [
    {
      url: OAUTH,
      extension: ['authorize', 'token'].map((url) => ({ url, valueUri: base.replace(/\/fhir\/R4$/, `/oauth/${url}`) })),
    },
  ],
  cors: true,
  service: [{ coding: [{ system: SECURITY, code: 'SMART-on-FHIR' }], text: 'SMART App Launch, SMART Backend Services' }],
  description: `アプリは SMART App Launch で、見せると決めた人に代わって読みます。システムは SMART Backend Services のアクセストークン（mTLS か DPoP に結び付いたもの）を使います。くわしくは ${base}/.well-known/smart-configuration

Apps read on behalf of whoever let them in (SMART App Launch). Systems use access tokens of SMART Backend Services, tied to a certificate (mTLS) or a key (DPoP). See ${base}/.well-known/smart-configuration`,
})

function operationsOf(operations: readonly Operation[], base: string): object[] {
  const byName = new Map(operations.map((o) => [o.name, o]))
  return [...byName.values()].map((o) => ({
    name: o.name,
    definition: definitionOf(o, base),
    // What every type has would say the same words at each; its definition says them.
    ...(o.type === '*' ? {} : { documentation: `${o.summary.ja} / ${o.summary.en}` }),
  }))
}

/** One type as a list of none or one: what nobody serves is not listed. */
function ofType(surface: Surface, type: string, { base, described = [] }: About): object[] {
  const shared = sharedInteractions(surface, type)
  const interaction = [...new Set([...ownInteractions(surface, type), ...shared])]
  if (interaction.length === 0) return []
  const has = (code: (typeof shared)[number]) => shared.includes(code)
  const own = described.find((d) => d.type === type)
  const conditional = (code: 'update-conditional' | 'delete-conditional') => surface.interactions.get('*')?.has(code) === true
  const operation = operationsOf(
    surface.operations.filter((o) => o.type === type || (o.type === '*' && has('read'))),
    base,
  )
  return [
    {
      ...own,
      type,
      interaction: interaction.map((code) => ({ code })),
      versioning: own?.versioning ?? 'versioned-update',
      readHistory: has('vread'),
      updateCreate: has('update') && type !== 'Patient',
      conditionalCreate: has('create'),
      conditionalRead: has('read') ? 'full-support' : 'not-supported',
      conditionalUpdate: has('update') && conditional('update-conditional'),
      conditionalDelete: has('delete') && conditional('delete-conditional') ? 'single' : 'not-supported',
      referencePolicy: sharedTypes.has(type) ? ['literal'] : ['literal', 'logical'],
      ...(has('search-type') ? searched(type) : searchedApart(surface, type)),
      ...(operation.length > 0 ? { operation } : {}),
    },
  ]
}

function searched(type: string): object {
  const { searchParam, ...includes } = searchCapability(type)
  const described = searchParam.map((p) => {
    const modifiers = modifiersOf(type, p.name).map((m) => `:${m}`)
    return modifiers.length > 0 ? { ...p, documentation: modifiers.join(' ') } : p
  })
  return { ...includes, searchParam: described }
}

const kinds: Partial<Record<string, string>> = { code: 'token', dateTime: 'date', Reference: 'reference', integer: 'number' }

/** Search of a type that has a service of its own. */
function searchedApart(surface: Surface, type: string): object {
  const takes = (surface.searches.get(type) ?? []).filter((p) => p.in === undefined || p.in === 'query')
  return takes.length === 0
    ? {}
    : { searchParam: takes.map((p) => ({ name: p.name, type: kinds[p.type] ?? 'string', documentation: `${p.about.ja} / ${p.about.en}` })) }
}

/** Where no room of terminology is bound: nothing is offered, said in the form that was asked for. @spec FHIR R4 TerminologyCapabilities */
export const terminologyCapabilities = ({ base, version }: About): object => ({
  resourceType: 'TerminologyCapabilities',
  status: 'active',
  date: '2026-11-22',
  kind: 'instance',
  description:
    '用語サービスの操作（$expand、$validate-code、$lookup、$translate）はありません。保存された ValueSet は検索の :in と :not-in に使えます。 / There are no terminology operations ($expand, $validate-code, $lookup, $translate). Stored ValueSets serve the search modifiers :in and :not-in.',
  software: { name: 'Enishi', version },
  implementation: { description: 'Enishi 縁', url: base },
})
