import { type Row, isHttpRow } from '#kernel/route'
import { auditLag } from '#kernel/sequencer'
import { databaseVersion } from '#kernel/serve'

/** Whether the platform can do its work now. Says nothing about anybody. */
export function healthRow(version: string): Row {
  return {
    kind: 'read',
    method: 'GET',
    path: '/health',
    who: ['public'],
    why: ['HOPERAT'],
    audit: 'none',
    law: '医療情報システムの安全管理に関するガイドライン 第6.0版（稼働の監視）',
    summary: { ja: '稼働の状態', en: 'State of the platform' },
    handle: async (ctx) => ({
      json: {
        status: 'ready',
        ready: true,
        version,
        database: { status: 'up', version: await databaseVersion(ctx.db) },
        auditLag: await auditLag(ctx.db, ctx.now),
        now: ctx.now.toISOString(),
      },
    }),
  }
}

const schemaless = { type: 'object' }

/** The rows as an OpenAPI 3.1 document: what they are, who may call them, by which law. */
export function openApi(rows: readonly Row[], about: { version: string; baseUrl: string }): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const row of rows.filter(isHttpRow)) {
    const path = row.path.replace(/:([A-Za-z]+)/g, '{$1}')
    const parameters = [...row.path.matchAll(/:([A-Za-z]+)/g)].map((m) => ({
      name: m[1],
      in: 'path',
      required: true,
      schema: { type: 'string' },
    }))
    const operation = {
      operationId: `${row.method} ${row.path}`,
      summary: row.summary.en,
      description: `${row.summary.ja}\n\n${row.law}`,
      tags: [row.path.split('/')[1] || 'home'],
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(row.method === 'GET' || row.method === 'DELETE'
        ? {}
        : {
            requestBody: {
              content: { [row.path.startsWith('/fhir') ? 'application/fhir+json' : 'application/json']: { schema: schemaless } },
            },
          }),
      responses: { default: { description: 'result or refusal (OperationOutcome)' } },
      security: row.who.includes('public') ? [] : [{ token: [] }, { session: [] }],
      'x-who': row.who,
      'x-why': row.why,
      'x-audit': row.audit,
      'x-kind': row.kind,
    }
    paths[path] = { ...paths[path], [row.method.toLowerCase()]: operation }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Enishi', version: about.version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: about.baseUrl }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: 'enishi_session' } },
    },
  }
}

export function openApiRow(rows: () => readonly Row[], about: { version: string; baseUrl: string }): Row {
  return {
    kind: 'read',
    method: 'GET',
    path: '/openapi.json',
    who: ['public'],
    why: ['HOPERAT'],
    audit: 'none',
    law: 'OpenAPI 3.1',
    summary: { ja: 'APIの一覧', en: 'List of the API' },
    handle: async () => ({ json: openApi(rows(), about) }),
  }
}
