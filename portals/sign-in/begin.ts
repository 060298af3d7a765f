import { type Workplace, workplacesOf } from '#care/person'
import type { Context, ProvenBy } from '#kernel/context'
import { endSession, keepNewestSessions, setActsFor, startSession } from '#kernel/identity'
import { cookie } from '#kernel/proof'
import type { Answer, RouteRequest } from '#kernel/route'
import { DESK_COOKIE, PLACE_COOKIE } from './desk/cookies.ts'
import { findDesk, takePlace } from './desk/store.ts'
import type { Subject } from './passkey/model.ts'
import { deviceLabel } from './passkey/rules.ts'
import { homeOfStaff } from './page-frame.tsx'
import { isForm } from './row-terms.ts'
import { isForStaff, safeNext } from './rules.ts'

/**
 * A session that began. `home`: the first page of who signed in; `place`: where this member of staff had locked this desk, null where
 * nothing was kept for them; `asksWhere`: they work at several places, and it is not clear at which they are.
 */
export type Begun = Subject & { token: string; home: string; place: string | null; hadPlace: boolean; asksWhere: boolean }

/**
 * Begins a session on the device that asks. It ends the one the browser came with, so that two people never share one; on a device that
 * several people share it is short; a place that was kept goes to the member who left it, and to nobody else.
 */
export async function begin(ctx: Context, request: RouteRequest, who: Subject & { provenBy: ProvenBy; provenAt?: Date }): Promise<Begun> {
  if (ctx.sessionId !== null) await endSession(ctx.db, ctx.now, ctx.sessionId)
  const device = await findDesk(ctx.db, cookie(request.headers, DESK_COOKIE))
  const desk = device !== undefined
  const label = deviceLabel(request.headers['user-agent'])
  const token = await startSession(ctx.db, ctx.now, { ...who, desk, label })
  await keepNewestSessions(ctx.db, ctx.now, who)
  const kept = cookie(request.headers, PLACE_COOKIE)
  // Anybody's sign-in takes the place away: the next person at the desk must not find out whose patient was open.
  const place =
    kept === undefined ? undefined : await takePlace(ctx.db, ctx.now, { token: kept, staffId: who.kind === 'staff' ? who.id : '' })
  const about = { token, kind: who.kind, id: who.id, place: place?.path ?? null, hadPlace: kept !== undefined }
  if (who.kind === 'citizen') return { ...about, home: '/me', asksWhere: false }
  const workplaces = await workplacesOf(ctx.db, ctx.now, who.id)
  const here = whereNow(workplaces, { kept: place?.workplace ?? null, institutionNumber: device?.institutionNumber ?? null })
  if (here !== undefined && workplaces.length > 1) await setActsFor(ctx.db, token.split('.')[0]!, here.id)
  return { ...about, home: homeOfStaff((here ?? workplaces[0])?.role), asksWhere: here === undefined && workplaces.length > 1 }
}

/** Where somebody works now, as far as that is clear: where they had locked this desk, or at the institution the desk belongs to, or the only place. */
export function whereNow(
  workplaces: readonly Workplace[],
  { kept, institutionNumber }: { kept: string | null; institutionNumber: string | null },
): Workplace | undefined {
  const known = workplaces.find((one) => one.id === kept)
  if (known !== undefined) return known
  const atDesk = workplaces.filter((one) => one.institutionNumber === institutionNumber)
  if (atDesk.length === 1) return atDesk[0]
  return workplaces.length === 1 ? workplaces[0] : undefined
}

/** Where somebody goes once they are in: the place they left, the page they wanted where it is theirs to see, else their first page. */
export function placeAfter({ kind, home, place }: Pick<Begun, 'kind' | 'home' | 'place'>, wish: unknown): string {
  const next = safeNext(place ?? wish, home)
  if (kind === 'citizen' && isForStaff(next)) return home
  return kind === 'staff' && /^\/me(?:[/?]|$)/.test(next) ? home : next
}

/** Where staff of several places say at which they are, before they go on. */
export const workplaceHref = (next: string): string => `/sign-in/workplace?next=${encodeURIComponent(next)}`

/** Leads somebody who came in on to where they go. */
export function leadOn(begun: Begun, wish: unknown): Answer & { redirect: string } {
  const headers = begun.hadPlace
    ? { headers: { 'set-cookie': `${PLACE_COOKIE}=; Max-Age=0; Path=/sign-in; HttpOnly; SameSite=Strict` } }
    : {}
  const next = placeAfter(begun, wish)
  return { redirect: begun.asksWhere ? workplaceHref(next) : next, setSession: begun.token, ...headers }
}

/** The answer to a sign-in: a form is led on, a program is told where to. */
export function letIn(request: RouteRequest, begun: Begun, wish: unknown): Answer {
  const { redirect, ...answer } = leadOn(begun, wish)
  return isForm(request) ? { ...answer, redirect } : { ...answer, json: { redirect } }
}
