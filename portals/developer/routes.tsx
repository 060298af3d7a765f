import type { RecordService } from '#care/record'
import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { isResourceType } from '#packages/fhir'
import { renderPage } from '#ui'
import { takeApart } from './answer.ts'
import { checkRoutes, type CheckWith } from './check-routes.tsx'
import { runQuery } from './dispatch.ts'
import { examplesFor, type Known } from './examples.ts'
import type { Explanation } from './explain.ts'
import type { PageOf } from './frame.tsx'
import type { Places } from './guide.ts'
import { isOne, type Ran } from './page-answer.tsx'
import { GuidePage } from './page-guide.tsx'
import { ParametersPage } from './page-parameters.tsx'
import { QueryPage } from './page-query.tsx'
import { type TerminologyOf, terminologyPages } from './terminology-routes.tsx'
import { parseQuery, type Query, type View } from './query.ts'

export type Deps = Places & {
  record: Pick<RecordService, 'explainSearch' | 'search'>
  /** Every row there is: queries are run through those that read on the FHIR surface. Asked for late, because these rows are among them. */
  surface: () => readonly Row[]
  /** What files are checked with. */
  checker: CheckWith
  terminology: TerminologyOf
}

const LAW =
  '医療法等の一部を改正する法律（令和7年法律第87号）による電子カルテ情報の共有。閲覧は本人の同意による（施行日は規定ごと。要確認: 弁護士）'
const FHIR = 'HL7 FHIR R4 search'

const baseOf = ({ baseUrl }: Places): string => `${baseUrl}/fhir/R4`
const pageOf = ({ lang, actor }: Context, request: RouteRequest, deps: Deps): PageOf => ({
  lang,
  path: request.url,
  actor,
  demo: deps.demo,
  base: baseOf(deps),
})

/** The pages of who connects a system: guide, playground, and what can be searched by. */
export function developerRoutes(deps: Deps): Row[] {
  const open = { kind: 'read', method: 'GET', who: ['public'], why: ['HOPERAT'], audit: 'none', law: FHIR } as const
  return [
    {
      ...open,
      path: '/developer',
      summary: { ja: 'システムをつなぐ人のための案内', en: 'Guide for those who connect a system' },
      handle: async (ctx, request) => ({ page: () => renderPage(<GuidePage on={pageOf(ctx, request, deps)} places={deps} />) }),
    },
    {
      ...open,
      path: '/developer/parameters',
      summary: { ja: '種類ごとの検索条件の一覧', en: 'What each type can be searched by' },
      handle: async (ctx, request) => {
        const find = (request.query.get('find') ?? '').slice(0, 60)
        const type = typeIn(request.query.get('type'))
        return { page: () => renderPage(<ParametersPage on={pageOf(ctx, request, deps)} type={type} find={find} />) }
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/developer/query',
      who: ['staff'],
      roles: ['physician', 'dentist', 'nurse', 'pharmacist', 'operator'],
      why: ['TREAT'],
      audit: 'developer.query',
      law: LAW,
      summary: { ja: 'FHIR の検索を画面で試す', en: 'Try FHIR queries on a page' },
      handle: (ctx, request) => query(ctx, request, deps),
    },
    ...checkRoutes(deps.checker, (ctx, request) => pageOf(ctx, request, deps)),
    ...terminologyPages(deps.terminology, (ctx, request) => pageOf(ctx, request, deps)),
  ]
}

const typeIn = (asked: string | null): string => (asked !== null && isResourceType(asked) ? asked : 'Observation')

async function query(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const on = pageOf(ctx, request, deps)
  const written = request.query.get('q') ?? ''
  const explain = request.query.get('explain') === '1'
  const draft = request.query.get('draft')
  if (written.trim() === '') {
    const examples = draft === null ? examplesFor(deps.demo ? await knownTo(ctx, deps) : null) : null
    const type = typeIn(/^[A-Za-z]+/.exec(draft ?? '')?.[0] ?? null)
    const box = (draft ?? '').slice(0, 4_000)
    return {
      page: () => renderPage(<QueryPage on={on} written={box} explain ran={null} unreadable={null} examples={examples} type={type} />),
    }
  }
  const read = parseQuery(written, on.base)
  if (typeof read === 'string')
    return {
      status: 400,
      page: () =>
        renderPage(
          <QueryPage on={on} written={written} explain={explain} ran={null} unreadable={read} examples={null} type={typeIn(null)} />,
        ),
    }
  const ran = await run(ctx, { query: read, asked: request.query.get('view'), explain, deps })
  const type = typeIn(read.type)
  return {
    status: ran.result.status,
    page: () =>
      renderPage(<QueryPage on={on} written={written} explain={explain} ran={ran} unreadable={null} examples={null} type={type} />),
  }
}

type Asked = { query: Query; asked: string | null; explain: boolean; deps: Deps }

async function run(ctx: Context, { query, asked, explain, deps }: Asked): Promise<Ran> {
  const result = await runQuery(ctx, deps.surface(), query)
  const taken = takeApart(result.body, baseOf(deps))
  const asText = isOne(query) && taken.kind === 'resource'
  const view: View = asked === 'json' || (asText && asked !== 'table') ? 'json' : 'table'
  const explanation = explain && result.refusal === null ? await explained(ctx, query, deps) : null
  return { query, view, explain, result, taken, explanation }
}

/** Searches of one type are explained; reads go by the primary key, and pages of other kinds have plans of their own. */
async function explained(ctx: Context, query: Query, { record }: Deps): Promise<Explanation | null> {
  return query.shape === 'search' && query.type !== null ? record.explainSearch(ctx, query.type, query.search) : null
}

/** In the demo: the newest result that the caller may see, so that examples find something. It is noted like any search. */
async function knownTo(ctx: Context, { record }: Deps): Promise<Known | null> {
  const { page } = await record.search(ctx, 'Observation', new URLSearchParams('category=laboratory&_sort=-_lastUpdated&_count=1'), false)
  const [found] = page.rows
  if (!found) return null
  const body = JSON.parse(found.body) as { code?: { coding?: { system?: string; code?: string }[] } }
  const coding = body.code?.coding?.find(({ system, code }) => system && code)
  return coding ? { patient: found.key, resource: `Observation/${found.id}`, code: `${coding.system}|${coding.code}` } : null
}
