/** Rows of one person in the register: what was stated, proxies, protection. */
import { z } from 'zod'
import { type IdentityPart, identityParts, type IdentityValues, markBases, type PersonService, sources } from '#care/person'
import { hiddenKeys, hideContact, showContact } from '#care/record'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { pageOf } from '../frame.tsx'
import { forOperator, provenToAct, provenToOpen } from '../row-terms.ts'
import { entries, enterPage, type Forms } from './person-forms.tsx'
import { type MarkView, personPage } from './person-page.tsx'
import { led, lookReasonOf, noteLook } from './terms.ts'

type Deps = { person: PersonService; demo: boolean }

const pathOf = (personId: string) => `/operator/people/${encodeURIComponent(personId)}`

/** The person of the address; whoever was linked to another leads to that one. */
async function subject(ctx: Context, request: RouteRequest, { person }: Deps) {
  const personId = await person.people.leadsTo(ctx, request.params.id ?? '')
  const known = (await person.people.known(ctx, personId)) ?? refuse('not-found')
  const current = (await person.people.current(ctx, personId)) ?? refuse('not-found')
  const why = lookReasonOf(request.query.get('why') ?? '')
  const forms: Forms = { personId, path: pathOf(personId), why, today: dateInJapan(ctx.now) }
  return { personId, known, current, why, forms }
}

async function marksOf(ctx: Context, { person }: Deps, personId: string): Promise<MarkView[]> {
  const marks = await person.marks.of(ctx, personId)
  const names = async (ids: readonly string[]) =>
    (await Promise.all(ids.map((id) => person.people.known(ctx, id)))).flatMap((one) => (one ? [one.name || one.nameKana] : []))
  return Promise.all(marks.map(async (mark) => ({ ...mark, blockedNames: await names(mark.blockedIds) })))
}

async function onePerson(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const { person, demo } = deps
  const { personId, known, current, why, forms } = await subject(ctx, request, deps)
  noteLook(ctx, { key: known.key, personId, why })
  const view = {
    ...forms,
    current,
    birthDate: known.birthDate,
    statements: await person.people.history(ctx, personId),
    memberships: await person.people.memberships(ctx, personId),
    ...(await person.proxies.family(ctx, personId)),
    marks: await marksOf(ctx, deps, personId),
    done: request.query.get('done') === '1',
  }
  return { json: view, page: () => personPage(pageOf(ctx, request, { demo }), view) }
}

async function entering(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const entry = entries.find((one) => one === request.params.entry) ?? refuse('not-found')
  const { personId, known, current, why, forms } = await subject(ctx, request, deps)
  noteLook(ctx, { key: known.key, personId, why })
  return { json: { entry, current }, page: () => enterPage(pageOf(ctx, request, deps), { forms, entry, current }) }
}

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
/** A body is read by its schema twice, so what it makes of an empty field must be read too. */
const dayOrNone = z
  .union([day, z.literal(''), z.null()])
  .default('')
  .transform((text) => text || null)
const line = z.string().trim().max(200).default('')
const whyField = { why: z.string().max(20).default('review') }
const statement = z.object({
  part: z.enum(identityParts),
  validFrom: day,
  source: z.enum(sources),
  ...whyField,
  ...{ name: line, nameKana: line, nameRoma: line, nameOfOther: line, nameOfOtherKana: line },
  ...{ sex: z.enum(['male', 'female', 'other', 'unknown']).default('unknown'), sex2: z.enum(['', '1', '2', '3']).default('') },
  ...{ postalCode: line, address: line, phone: line },
})
const other = { otherName: line, otherBirth: line, otherMember: line }
const proxyBody = z.object({
  basis: z.enum(['parent', 'guardian', 'curator']),
  evidence: z.string().trim().min(1).max(200),
  validFrom: day,
  until: dayOrNone,
  ...other,
  ...whyField,
})
const markBody = z.object({
  basis: z.enum(markBases),
  note: z.string().max(500).default(''),
  validFrom: day,
  until: dayOrNone,
  blocksAll: z.string().default(''),
  ...other,
  ...whyField,
})
const only = z.object(whyField)

/** What a form says of one part. */
function writtenValue(part: IdentityPart, typed: z.infer<typeof statement>): IdentityValues[IdentityPart] {
  const { name, nameKana, nameRoma, nameOfOther, nameOfOtherKana } = typed
  if (part === 'name') {
    if (name === '' && nameKana === '') refuse('input-invalid', { what: 'name' })
    return { name, nameKana, nameRoma, nameOfOther, nameOfOtherKana }
  }
  if (part === 'sex') return { sex: typed.sex, sex2: typed.sex2 }
  return part === 'address' ? { postalCode: typed.postalCode, address: typed.address } : { phone: typed.phone }
}

type Meant = { otherName: string; otherBirth: string; otherMember: string }

/** The other person whom a form names by three things that must agree. @refuses input-invalid */
async function otherOf(ctx: Context, person: PersonService, typed: Meant): Promise<string> {
  const asked = { name: typed.otherName, birthDate: typed.otherBirth, memberId: typed.otherMember }
  const found = await person.people.exactly(ctx, asked)
  return found?.personId ?? refuse('input-invalid', { what: '相手が見つかりません / the other person was not found' })
}

const back = (request: RouteRequest, personId: string, why: string) =>
  led(request, `${pathOf(personId)}?why=${encodeURIComponent(lookReasonOf(why))}&done=1`)

function statementRows(deps: Deps): Row[] {
  const { person } = deps
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/people/:id/statements',
      ...forOperator,
      ...provenToAct,
      schema: statement,
      audit: 'people.change',
      summary: { ja: '氏名・性別・住所・電話の変更を登録する', en: 'Enter a change of name, sex, address or phone' },
      handle: async (ctx, request) => {
        const typed = bodyOf(request, statement)
        const personId = await person.people.leadsTo(ctx, request.params.id ?? '')
        const { part, validFrom, source } = typed
        await person.people.change(ctx, { personId, part, value: writtenValue(part, typed), validFrom, source, statedBy: '' })
        return back(request, personId, typed.why)
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/people/:id/statements/:statement/undo',
      ...forOperator,
      ...provenToAct,
      schema: only,
      audit: 'people.change-undo',
      summary: { ja: '変更を取り消し、前の内容に戻す', en: 'Take a change back; what held before holds again' },
      handle: async (ctx, request) => {
        const personId = await person.people.leadsTo(ctx, request.params.id ?? '')
        await person.people.undoChange(ctx, { personId, id: request.params.statement ?? '' })
        return back(request, personId, bodyOf(request, only).why)
      },
    },
  ]
}

function proxyRows({ person }: Deps): Row[] {
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/people/:id/proxies',
      ...forOperator,
      ...provenToAct,
      schema: proxyBody,
      audit: 'proxy.enter',
      summary: { ja: '書類を確かめて代理を登録する', en: 'Enter a proxy after seeing the document' },
      handle: async (ctx, request) => {
        const typed = bodyOf(request, proxyBody)
        const representedId = await person.people.leadsTo(ctx, request.params.id ?? '')
        const { basis, evidence, validFrom, until } = typed
        const proxyId = await otherOf(ctx, person, typed)
        await person.proxies.enter(ctx, { representedId, proxyId, basis, evidence, validFrom, until })
        return back(request, representedId, typed.why)
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/people/:id/proxies/:proxy/end',
      ...forOperator,
      ...provenToAct,
      schema: only,
      audit: 'proxy.end',
      summary: { ja: '代理を終わらせる', en: 'End a proxy' },
      handle: async (ctx, request) => {
        const personId = await person.people.leadsTo(ctx, request.params.id ?? '')
        await person.proxies.endByOperator(ctx, { personId, id: request.params.proxy ?? '' })
        return back(request, personId, bodyOf(request, only).why)
      },
    },
  ]
}

/** A protection begins and ends by its days, also where nobody touches it. */
export const protectionByDate = ({ person }: Pick<Deps, 'person'>): Extract<Row, { kind: 'job' }> => ({
  kind: 'job',
  name: 'people.protection-by-date',
  law: forOperator.law,
  summary: { ja: '期間のある保護（支援措置）を、その日に始め、終わらせる', en: 'Begins and ends protections on their days' },
  everyMs: 600_000,
  run: async ({ db, now }) => {
    await db.transaction().execute(async (trx) => {
      const [wanted, hidden] = [await person.marks.everyHidden({ db: trx, now }), await hiddenKeys(trx)]
      const hide = wanted.filter((key) => !hidden.includes(key))
      const show = hidden.filter((key) => !wanted.includes(key))
      if (hide.length > 0) await hideContact({ db: trx, now }, hide)
      if (show.length > 0) await showContact({ db: trx }, show)
    })
  },
})

function markRows({ person }: Deps): Row[] {
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/people/:id/marks',
      ...forOperator,
      ...provenToAct,
      schema: markBody,
      audit: 'people.mark',
      summary: { ja: '保護（支援措置）を登録し、住所と電話を隠す', en: 'Protect a person: address and phone are hidden' },
      handle: async (ctx, request) => {
        const typed = bodyOf(request, markBody)
        const personId = await person.people.leadsTo(ctx, request.params.id ?? '')
        const named = [typed.otherName, typed.otherBirth, typed.otherMember].some((text) => text !== '')
        const blockedIds = named ? [await otherOf(ctx, person, typed)] : []
        const { basis, note, validFrom, until } = typed
        const blocksAll = typed.blocksAll === 'yes'
        const keys = await person.marks.set(ctx, { personId, basis, note, validFrom, until, blockedIds, blocksAll })
        await hideContact(ctx, [...(await person.marks.hidden(ctx, keys))])
        return back(request, personId, typed.why)
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/operator/people/:id/marks/:mark/end',
      ...forOperator,
      ...provenToAct,
      schema: only,
      audit: 'people.mark-end',
      summary: { ja: '保護（支援措置）を終わらせる', en: 'End a protection' },
      handle: async (ctx, request) => {
        const personId = await person.people.leadsTo(ctx, request.params.id ?? '')
        const keys = await person.marks.end(ctx, { personId, id: request.params.mark ?? '' })
        const stillHidden = await person.marks.hidden(ctx, keys)
        await showContact(
          ctx,
          keys.filter((key) => !stillHidden.has(key)),
        )
        return back(request, personId, bodyOf(request, only).why)
      },
    },
  ]
}

/** One person: what the register says and said, who acts for them, from whom they are protected. */
export function personRows(deps: Deps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/people/:id',
      ...forOperator,
      ...provenToOpen,
      audit: 'people.look',
      summary: { ja: '一人の登録：いまの内容、履歴、保険、代理、保護', en: 'One person: what is registered, and was' },
      handle: (ctx, request) => onePerson(ctx, request, deps),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/people/:id/enter/:entry',
      ...forOperator,
      ...provenToOpen,
      audit: 'people.look',
      summary: { ja: '変更・代理・保護を登録する用紙', en: 'The form for a change, a proxy or a protection' },
      handle: (ctx, request) => entering(ctx, request, deps),
    },
    ...statementRows(deps),
    ...proxyRows(deps),
    ...markRows(deps),
    protectionByDate(deps),
  ]
}
