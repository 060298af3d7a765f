/** Whom two clinicians must open together, and which member of staff is which person. */
import { z } from 'zod'
import { closeness, type PersonService, registers } from '#care/person'
import type { Context } from '#kernel/context'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { pageOf } from '../frame.tsx'
import { led } from '../people/terms.ts'
import { forKeepers, forOperator, provenToAct, provenToOpen } from '../row-terms.ts'
import { guardsPage } from './guards-page.tsx'

type Deps = { person: PersonService; demo: boolean }

const PATH = '/operator/emergencies/guards'
const short = z.string().trim().max(100).default('')
const staffBody = z.object({ loginName: short, name: short, birthDate: short, memberId: short })
const watchBody = z.object({ watchName: short, watchBirthDate: short, watchMemberId: short, kind: z.enum(['vip', 'watch']) })
const endBody = z.object({ personId: z.string().max(40) })

async function guards(ctx: Context, request: RouteRequest, { person, demo }: Deps): Promise<Answer> {
  const isOperator = ctx.actor.kind === 'staff' && ctx.actor.role === 'operator'
  const watches = isOperator ? await closeness.watches(ctx) : []
  const named = await Promise.all(
    watches.map(async (one) => {
      const of = await person.find(ctx, one.personId)
      if (of?.keys[0] !== undefined) ctx.audit({ key: of.keys[0], resource: `Person/${of.id}`, kinds: ['patient'], count: 1 })
      return { ...one, name: of?.name ?? '' }
    }),
  )
  const view = { watches: named, isOperator, done: request.query.get('done') }
  return { json: { watches: named }, page: () => guardsPage(pageOf(ctx, request, { demo }), view) }
}

/** Notes which person a member of staff within reach is. */
async function noteStaff(ctx: Context, request: RouteRequest, { person }: Deps): Promise<Answer> {
  const { loginName, ...asked } = bodyOf(request, staffBody)
  const listed = loginName === '' ? [] : await registers.staff.list(ctx, { institutionNumber: null, text: loginName, limit: 20, offset: 0 })
  const staff = listed.find((one) => one.loginName === loginName)
  if (staff === undefined) return led(request, `${PATH}?done=no-staff`, { noted: false })
  const found = await person.people.exactly(ctx, asked)
  if (found === undefined) return led(request, `${PATH}?done=nobody`, { noted: false })
  await closeness.noteStaff(ctx, { staffId: staff.id, personId: found.personId })
  return led(request, `${PATH}?done=noted`, { noted: true })
}

async function watch(ctx: Context, request: RouteRequest, { person }: Deps): Promise<Answer> {
  const { watchName: name, watchBirthDate: birthDate, watchMemberId: memberId, kind } = bodyOf(request, watchBody)
  const found = await person.people.exactly(ctx, { name, birthDate, memberId })
  if (found === undefined) return led(request, `${PATH}?done=nobody`, { watched: false })
  await closeness.watch(ctx, { personId: found.personId, kind })
  return led(request, `${PATH}?done=watched`, { watched: true })
}

export function guardRows(deps: Deps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: PATH,
      ...forKeepers,
      ...provenToOpen,
      audit: 'people.guards',
      summary: {
        ja: '緊急アクセスの守り：見守りと、職員本人の登録',
        en: 'Guards of emergency access: watches, and which member of staff is whom',
      },
      handle: (ctx, request) => guards(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${PATH}/staff`,
      ...forKeepers,
      ...provenToAct,
      schema: staffBody,
      audit: 'people.staff',
      summary: { ja: '職員と、その本人の登録を結ぶ', en: 'Note which person a member of staff is' },
      handle: (ctx, request) => noteStaff(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${PATH}/watches`,
      ...forOperator,
      ...provenToAct,
      schema: watchBody,
      audit: 'people.watch',
      summary: { ja: '見守りを始める', en: 'Begin to watch over somebody' },
      handle: (ctx, request) => watch(ctx, request, deps),
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${PATH}/watches/:id/end`,
      ...forOperator,
      ...provenToAct,
      schema: endBody,
      audit: 'people.watch-end',
      summary: { ja: '見守りを終える', en: 'End a watch' },
      handle: async (ctx, request) => {
        await closeness.endWatch(ctx, { id: request.params.id!, ...bodyOf(request, endBody) })
        return led(request, `${PATH}?done=ended`)
      },
    },
  ]
}
