import { createHash } from 'node:crypto'
import { refuse } from '#kernel/refusal'
import type { Row } from '#kernel/route'
import { namesTag } from '../read-answer.ts'
import { freshen } from '../search/custom.ts'
import { customParametersFor } from '../search/registry.ts'
import { resourceTypes, textOf } from '#packages/fhir'
import { operationDefinition } from './operation-definition.ts'
import { type About, capabilityStatement, terminologyCapabilities } from './statement.ts'
import { type Surface, surfaceOf } from './surface.ts'

const open = {
  kind: 'read',
  method: 'GET',
  who: ['public'],
  why: ['HOPERAT'],
  audit: 'none',
  crossSite: true,
  law: 'HL7 FHIR R4 capabilities',
} as const

const modes = new Set(['full', 'normative', 'terminology'])

/** What the server says of itself. @param rows the whole surface, asked for once everybody is in it */
export function capabilityRoutes(about: About, rows: () => readonly Row[]): Row[] {
  let surface: Surface | undefined
  const all = () => (surface ??= surfaceOf(rows()))
  const statement = remembered(() => textOf(capabilityStatement(all(), about)))
  const headers = { 'cache-control': 'public, max-age=300' }
  return [
    {
      ...open,
      path: '/fhir/R4/metadata',
      summary: { ja: '対応している機能の一覧（CapabilityStatement）', en: 'What this server can do (CapabilityStatement)' },
      takes: [{ name: 'mode', type: 'code', about: { ja: 'full、normative、terminology', en: 'full, normative or terminology' } }],
      handle: async (ctx, { query, headers: asked }) => {
        const mode = query.get('mode') || 'full'
        if (!modes.has(mode)) refuse('input-invalid', { what: `mode=${mode.slice(0, 40)} (full | normative | terminology)` })
        if (mode === 'terminology')
          return { fhir: about.terminology ? await about.terminology(ctx) : terminologyCapabilities(about), headers }
        await freshen(ctx.db)
        const { text, tag } = statement()
        const own = { ...headers, etag: `W/${tag}` }
        return namesTag(asked['if-none-match'] ?? '', tag) ? { status: 304, headers: own } : { fhir: text, headers: own }
      },
    },
    {
      ...open,
      path: '/fhir/R4/OperationDefinition/enishi-:name',
      summary: { ja: 'この基盤だけの操作の定義', en: 'Definition of an operation that is this platform’s own' },
      handle: async (_ctx, { params }) => ({
        fhir: operationDefinition(all().operations, params.name!, about.base) ?? refuse('not-found'),
        headers,
      }),
    },
  ]
}

/** The text and its tag, made again only where the search parameters that somebody defined are others than before. */
function remembered(make: () => string): () => { text: string; tag: string } {
  let held: { of: string; text: string; tag: string } | undefined
  return () => {
    const of = resourceTypes.flatMap((type) => customParametersFor(type).map((p) => `${type} ${p.code} ${p.kind}`)).join(',')
    if (held?.of === of) return held
    const text = make()
    held = { of, text, tag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` }
    return held
  }
}
