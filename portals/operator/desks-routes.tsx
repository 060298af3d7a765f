/** Devices that the staff of a facility share, for who keeps it. */
import { registers } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { endDesk, listDesks, nameDesk } from '#portals/sign-in'
import { desksPage } from './desks-page.tsx'
import { facilityHref } from './facility-parts.tsx'
import { fields, led, typedIn } from './form.tsx'
import { pageOf } from './frame.tsx'
import { forKeepers, provenToAct } from './row-terms.ts'

type Deps = { demo: boolean }

async function list(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const facility = await registers.facilities.get(ctx, request.params.number ?? '')
  const desks = await listDesks(ctx.db, facility.institutionNumber)
  return { json: { desks }, page: () => desksPage(pageOf(ctx, request, deps), { facility, desks }) }
}

async function act(ctx: Context, request: RouteRequest): Promise<Answer> {
  const { institutionNumber } = await registers.facilities.get(ctx, request.params.number ?? '')
  const typed = typedIn(request)
  const which = { id: typed.text('desk'), institutionNumber }
  const done =
    typed.text('do') === 'end' ? await endDesk(ctx.db, ctx.now, which) : await nameDesk(ctx.db, { ...which, label: typed.text('label') })
  if (!done) refuse('not-found')
  ctx.audit({ resource: `Facility/${institutionNumber}`, rule: typed.text('do') === 'end' ? 'desk-ended' : 'desk-named' })
  return led(request, facilityHref(institutionNumber, '/desks'))
}

export function deskRows(deps: Deps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/facilities/:number/desks',
      ...forKeepers,
      audit: 'operator.desks',
      summary: { ja: '施設の共用端末', en: 'Shared devices of a facility' },
      handle: (ctx, request) => list(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/facilities/:number/desks',
      ...forKeepers,
      ...provenToAct,
      schema: fields,
      audit: 'desk.change',
      summary: { ja: '共用端末の名前を変える・共用を終わらせる', en: 'Name a shared device, or end its sharing' },
      handle: (ctx, request) => act(ctx, request),
    },
  ]
}
