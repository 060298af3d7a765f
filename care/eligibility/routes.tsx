import { z } from 'zod'
import { cardUseRoutes } from './card-use/routes.tsx'
import { cardRows } from './card-rows.ts'
import { deskRows } from './desk-routes.tsx'
import { atDesk, LAW, onScreen, type Screens, userOf } from './row-terms.ts'
import { type Context, institutionNameIn, institutionOf } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import { type Answer, bodyOf, type Row, type RouteRequest } from '#kernel/route'
import { deskPage, nothingTyped, type TypedFields } from './page.tsx'
import { readerPage } from './reader-page.tsx'
import { readerRows } from './reader-routes.ts'
import { isDate, whyNotTyped } from './rules.ts'
import type { EligibilityService } from './service.ts'

const typedShape = z.object({
  insurerNumber: z.string().max(20),
  symbol: z.string().max(60).default(''),
  number: z.string().max(60),
  branch: z.string().max(4).optional(),
  birthDate: z.string().max(10),
  date: z.string().refine(isDate, 'YYYY-MM-DD').optional(),
  limitCertificateConsent: z.boolean().default(false),
})
/** Marks each field that cannot be right. */
const sensible = (typed: z.infer<typeof typedShape>, check: z.RefinementCtx) => {
  for (const field of whyNotTyped(typed))
    check.addIssue({ code: 'custom', path: [field], message: field === 'birthDate' ? 'YYYY-MM-DD' : 'not valid' })
}
const checkBody = typedShape.superRefine(sensible)
/** As many as a large hospital books for one day. */
const manyBody = z.object({
  patients: z
    .array(typedShape.extend({ referenceNumber: z.string().max(64) }).superRefine(sensible))
    .min(1)
    .max(1000),
})

const asked = <T extends { limitCertificateConsent: boolean }>({ limitCertificateConsent, ...typed }: T) => ({
  ...typed,
  limitConsent: limitCertificateConsent,
})

function lookUpRows(service: EligibilityService): Row[] {
  return [
    {
      kind: 'read',
      method: 'POST',
      path: '/eligibility/$check',
      ...atDesk,
      audit: 'eligibility.check',
      law: LAW,
      schema: checkBody,
      summary: { ja: '記号・番号で資格を確認する', en: 'Check eligibility by insurer symbol and number' },
      handle: async (ctx, request) => ({ json: await service.lookUp(ctx, asked(bodyOf(request, checkBody))) }),
    },
    {
      kind: 'read',
      method: 'POST',
      path: '/eligibility/$check-many',
      ...atDesk,
      audit: 'eligibility.check',
      law: LAW,
      schema: manyBody,
      summary: { ja: '予約患者などの資格をまとめて確認する', en: 'Check the eligibility of many patients at once' },
      handle: async (ctx, request) => ({ json: { results: await service.lookUpMany(ctx, bodyOf(request, manyBody).patients.map(asked)) } }),
    },
  ]
}

const institutionOfStaff = ({ actor, lang }: Context) => (actor.kind === 'staff' ? institutionNameIn(actor, lang) : '')

/** What the form posted; a field that came twice or not at all counts as empty. */
function typedFields(body: unknown): TypedFields {
  const fields = (body ?? {}) as Record<string, unknown>
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name].slice(0, 60) : '')
  return {
    insurerNumber: text('insurerNumber'),
    symbol: text('symbol'),
    number: text('number'),
    branch: text('branch'),
    birthDate: text('birthDate'),
    limitConsent: text('limitCertificateConsent') === 'true',
  }
}

/** The form posts here and comes back as it was typed where something cannot be right; nothing personal stands in an address. */
async function deskAnswer({ service, demo }: Screens, ctx: Context, request: RouteRequest): Promise<Answer> {
  const typed = typedFields(request.body)
  const wrong = whyNotTyped(typed)
  const result = wrong.length > 0 ? null : await service.lookUp(ctx, typed)
  const page = () => deskPage({ lang: ctx.lang, path: '/desk/eligibility', user: userOf(ctx), demo, typed, wrong, result })
  return { status: result ? 200 : 400, json: result ?? { wrong }, page }
}

/** The reader's page may ask the program that reaches this machine's card reader, and no page else may. */
const mayAsk = (bridge: string) => ({
  'content-security-policy': `default-src 'self'; connect-src 'self' ${bridge}; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`,
})

function screenRows(screens: Screens): Row[] {
  const { demo, bridge } = screens
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/reader',
      ...onScreen,
      audit: 'none',
      law: LAW,
      summary: { ja: 'カードリーダーの画面', en: 'The card reader’s screen' },
      handle: async (ctx, request) => ({
        ...(bridge === null ? {} : { headers: mayAsk(bridge) }),
        page: () =>
          readerPage({
            lang: ctx.lang,
            path: request.url,
            institutionName: institutionOfStaff(ctx),
            institutionNumber: institutionOf(ctx.actor) ?? '',
            today: dateInJapan(ctx.now),
            bridge,
            demo,
          }),
      }),
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/desk/eligibility',
      ...onScreen,
      audit: 'none',
      law: LAW,
      summary: { ja: '資格確認書で確認する画面', en: 'Desk form for a certificate' },
      handle: async (ctx, request) => ({
        page: () => deskPage({ lang: ctx.lang, path: request.url, user: userOf(ctx), demo, typed: nothingTyped, wrong: [], result: null }),
      }),
    },
    {
      kind: 'read',
      method: 'POST',
      path: '/desk/eligibility',
      ...onScreen,
      audit: 'eligibility.check',
      law: LAW,
      summary: { ja: '資格確認書で確認する', en: 'Check a certificate at the desk' },
      handle: (ctx, request) => deskAnswer(screens, ctx, request),
    },
  ]
}

const clearing = (service: EligibilityService): Row => ({
  kind: 'job',
  name: 'eligibility.clear-sessions',
  everyMs: 3600_000,
  law: LAW,
  summary: { ja: '終わったカードリーダーの手続きを消す', en: 'Forget card reader sessions that ended' },
  run: (job) => service.clear(job),
})

export function routes(service: EligibilityService, about: { demo?: boolean; bridge?: string | null } = {}): Row[] {
  const screens = { service, demo: about.demo ?? false, bridge: about.bridge ?? null }
  return [
    ...readerRows(service),
    ...lookUpRows(service),
    ...screenRows(screens),
    ...deskRows(screens),
    ...cardUseRoutes(screens),
    ...cardRows(service),
    clearing(service),
  ]
}
