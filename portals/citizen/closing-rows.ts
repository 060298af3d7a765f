import { z } from 'zod'
import { type Closing, type Closure, type ConsentService, whatIsClosed } from '#care/consent'
import type { PersonService } from '#care/person'
import type { RecordService } from '#care/record'
import { findInstitutions } from '#kernel/audit-read'
import { bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { closingPage, PLACE } from './closing.tsx'
import { inReadersLanguage } from './institution-names.ts'
import { aboutOf, citizenOf, noteOwn, toldTo } from './self.ts'
import { itemName, withAlike } from './sharing/closing-check.tsx'

const LAW = '個人情報の保護に関する法律 第27条、第35条（利用停止等。条項は要確認: 弁護士）'
/** Closed items beyond this many keep their type and id. */
const NAMED_ITEMS = 50

const body = z
  .object({
    what: z.enum(['everything', 'institution', 'item']),
    institutionNumber: z.string().max(20).optional(),
    type: z.string().max(64).optional(),
    id: z.string().max(64).optional(),
    absolute: z.union([z.literal('1'), z.boolean()]).optional(),
  })
  .refine((b) => b.what !== 'institution' || Boolean(b.institutionNumber), { path: ['institutionNumber'], message: 'needed' })
  .refine((b) => b.what !== 'item' || (Boolean(b.type) && Boolean(b.id)), { path: ['type'], message: 'type and id are needed' })

const isForm = ({ headers }: RouteRequest) =>
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)

const json = (c: Closure) => ({
  id: c.closureId,
  what: whatIsClosed(c),
  ...(c.institutionNumber === '' ? {} : { institutionNumber: c.institutionNumber }),
  ...(c.type === '' ? {} : { item: `${c.type}/${c.id}` }),
  absolute: c.absolute,
  since: c.since.toISOString(),
  endedAt: c.endedAt?.toISOString() ?? null,
})

type Deps = { consent: ConsentService; person: PersonService; record: RecordService; demo: boolean }

/** What a person keeps closed: opt-out, one institution, one item; and opening again. */
export function closingRows({ consent, person, record, demo }: Deps): Row[] {
  const me = { who: ['citizen'], why: ['PATRQT'], law: LAW } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: PLACE,
      ...me,
      audit: 'citizen.closing',
      snapshot: true,
      summary: { ja: '見せないと決めていることと、その変え方', en: 'What the person keeps closed, and how to change it' },
      handle: async (ctx, request) => {
        const { keys } = citizenOf(ctx)
        const closures = await consent.closing.list(ctx, keys)
        const institutions = await inReadersLanguage(ctx, person, await findInstitutions(ctx.db, toldTo(ctx)))
        noteOwn(ctx, { resource: 'Consent?' })
        const [type = '', id = ''] = (request.query.get('item') ?? '').split('/', 2)
        const item = type === '' || id === '' ? null : { type: type.slice(0, 64), id: id.slice(0, 64) }
        const named = item === null ? null : { ...item, name: await itemName(ctx, { record }, item) }
        const itemNames = new Map<string, string>()
        const closedItems = closures.filter((c) => c.endedAt === null && c.type !== '').flatMap((c) => [c, ...(c.alike ?? [])])
        for (const one of closedItems.slice(0, NAMED_ITEMS)) itemNames.set(`${one.type}/${one.id}`, await itemName(ctx, { record }, one))
        return {
          json: { closures: closures.map(json) },
          page: () => closingPage(aboutOf(ctx, request, { demo }), { closures, institutions, item: named, itemNames }),
        }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: PLACE,
      ...me,
      audit: 'consent.close',
      schema: body,
      summary: { ja: '見せないと決める', en: 'Close something' },
      handle: async (ctx, request) => {
        const given = bodyOf(request, body)
        const absolute = given.absolute === '1' || given.absolute === true
        const what: Closing =
          given.what === 'institution'
            ? { what: 'institution', institutionNumber: given.institutionNumber ?? '' }
            : given.what === 'item'
              ? { what: 'item', type: given.type ?? '', id: given.id ?? '' }
              : { what: 'everything' }
        const made = await consent.closing.close(ctx, { ...(await withAlike(ctx, record, what)), absolute })
        return isForm(request) ? { redirect: PLACE } : { status: 201, json: json(made) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: `${PLACE}/:id/reopen`,
      ...me,
      audit: 'consent.reopen',
      summary: { ja: 'また見せられるようにする', en: 'Open it again' },
      handle: async (ctx, request) => {
        await consent.closing.reopen(ctx, request.params.id ?? '')
        return isForm(request) ? { redirect: PLACE } : { json: { id: request.params.id } }
      },
    },
  ]
}
