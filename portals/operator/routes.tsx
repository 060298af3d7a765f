import type { ExtractService } from '#care/emergency'
import type { ErasureService } from '#care/erasure'
import { type PersonService, reachOf, registers } from '#care/person'
import type { SignatureService } from '#care/signature'
import type { Context } from '#kernel/context'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { readSecurityCounts } from '#kernel/security-counts'
import { openInvitations, type OutsideSettings } from '#portals/sign-in'
import { appRows } from './app-routes.tsx'
import { clientRows } from './client-routes.tsx'
import { disasterRows } from './disaster/rows.tsx'
import { emergencyReviewRows } from './emergency-review/rows.ts'
import { erasureDeskRows } from './erasures/rows.ts'
import { facilityRows, listAsked, PAGE_SIZE } from './facility-routes.tsx'
import { pageOf } from './frame.tsx'
import { importRows } from './import-routes.ts'
import { homePage } from './page-home.tsx'
import { outsideStaffRows } from './outside-routes.tsx'
import { peopleRows } from './people/rows.ts'
import { forKeepers } from './row-terms.ts'
import { signInsPage } from './sign-ins-page.tsx'
import { deskRows } from './desks-routes.tsx'
import { signingRows } from './signing-routes.tsx'
import { staffRows } from './staff-routes.tsx'
import { countRefusals, lockedHashes } from './store.ts'

/** `baseUrl`, `tlsBase`: public addresses without a slash at their end. */
export type OperatorDeps = {
  person: PersonService
  signature?: SignatureService
  erasure?: ErasureService
  /** What makes extracts for laptops; absent where none is made. */
  extracts?: ExtractService
  /** The outside provider of staff; absent where there is none. */
  outside?: Pick<OutsideSettings, 'issuer' | 'name' | 'claim'> | null
  demo: boolean
  baseUrl: string
  tlsBase: string | null
}

/** Staff within reach who wait after failed tries, and those whose invitation is open. */
async function helpless(ctx: Context) {
  const among = (ids: readonly string[]) =>
    ids.length === 0 ? [] : registers.staff.list(ctx, { institutionNumber: null, text: '', among: ids, limit: 100, offset: 0 })
  const locked = await among(await lockedHashes(ctx.db, ctx.now))
  const open = (await openInvitations(ctx.db, ctx.now, 500)).filter((one) => one.kind === 'staff')
  const people = await among(open.map((one) => one.subjectId))
  const invited = open.flatMap(({ subjectId, until }) => {
    const staff = people.find((one) => one.id === subjectId)
    return staff === undefined ? [] : [{ staff, until }]
  })
  return { locked, invited }
}

const DAY_MS = 86_400_000

async function home(ctx: Context, request: RouteRequest, deps: OperatorDeps): Promise<Answer> {
  const reach = reachOf(ctx.actor)
  const since = new Date(ctx.now.getTime() - DAY_MS)
  const worries = {
    doubts: reach.institutionNumber === null ? await deps.person.openDoubts(ctx) : null,
    ...(await registers.endings(ctx)),
    ...(await helpless(ctx)),
    refused: await countRefusals(ctx.db, { since, institutionNumber: reach.institutionNumber, limit: 20 }),
    attempts: reach.institutionNumber === null ? await readSecurityCounts(ctx.db, new Date(ctx.now.getTime() - 30 * DAY_MS)) : null,
  }
  return { json: worries, page: () => homePage(pageOf(ctx, request, deps), worries) }
}

async function signIns(ctx: Context, request: RouteRequest, deps: OperatorDeps): Promise<Answer> {
  const { find, page } = listAsked(request)
  const asked = { institutionNumber: null, text: find, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE }
  const shown = { ...(await helpless(ctx)), found: find === '' ? [] : await registers.staff.list(ctx, asked), find, page, size: PAGE_SIZE }
  return { json: shown, page: () => signInsPage(pageOf(ctx, request, deps), shown) }
}

/** The registers of the platform: facilities, staff, systems; and what needs somebody's hand. */
export function operatorRoutes(deps: OperatorDeps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator',
      ...forKeepers,
      audit: 'operator.home',
      summary: { ja: '運用の入口：困ったことは起きていないか', en: 'The operator’s front page: is anything wrong?' },
      handle: (ctx, request) => home(ctx, request, deps),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/sign-ins',
      ...forKeepers,
      audit: 'operator.sign-ins',
      summary: { ja: 'サインインできない職員の手助け', en: 'Help for staff who cannot sign in' },
      handle: (ctx, request) => signIns(ctx, request, deps),
    },
    ...importRows(deps),
    ...facilityRows(deps),
    ...deskRows(deps),
    ...staffRows(deps),
    ...(deps.signature ? signingRows({ ...deps, signature: deps.signature }) : []),
    ...(deps.outside ? outsideStaffRows({ ...deps, outside: deps.outside }) : []),
    ...clientRows(deps),
    ...appRows(deps),
    ...(deps.erasure ? erasureDeskRows({ ...deps, erasure: deps.erasure }) : []),
    ...peopleRows(deps),
    ...emergencyReviewRows(deps),
    ...disasterRows(deps),
  ]
}
