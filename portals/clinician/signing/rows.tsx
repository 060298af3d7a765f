/** Signing a document of the own institution: the page that shows what is signed, and the act. */
import { documentBody, present } from '#care/record'
import { digestOf } from '#care/signature'
import { z } from 'zod'
import { type Context, institutionOf, type ProvenBy, type StaffRole } from '#kernel/context'
import { Refusal, refuse, refusalRow, refusalSentence } from '#kernel/refusal'
import { type Answer, bodyOf, type Row, type RouteRequest, type StepUp } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { type FieldError, renderPage } from '#ui'
import { itemView } from '../chart.ts'
import type { PageOf } from '../frame.tsx'
import { itemHref } from '../frame.tsx'
import { type Deps, loadItem } from '../load.ts'
import { SignPage, type SignView } from './page.tsx'

const LAW = '電子署名及び認証業務に関する法律、療養担当規則（条項は要確認: 弁護士）'
const PATH = '/clinic/patients/:patientId/documents/:id/sign'

/** Whose licence may sign a letter. */
const signers: readonly StaffRole[] = ['physician', 'dentist']

const signBody = z.object({ digest: z.string().max(64), certificate: z.string().max(60).default(''), pin: z.string().max(64) })

/**
 * Who sits there is proven anew, by a way that cannot be phished. The people of the demo have no passkey until somebody makes one, so
 * there a code is enough.
 */
const proven = (demo: boolean): readonly ProvenBy[] => (demo ? ['passkey', 'card', 'password-totp'] : ['passkey', 'card'])
const within = (demo: boolean, withinMinutes: number): StepUp => ({ by: proven(demo), withinMinutes })

type Loaded = Awaited<ReturnType<typeof loadItem>>
type PageFor = (ctx: Context, request: RouteRequest) => PageOf

/** @refuses not-found where it is no document, signing-not-own-document */
async function toSign(ctx: Context, request: RouteRequest, deps: Deps): Promise<Loaded> {
  const loaded = await loadItem(ctx, deps, { patientId: request.params.patientId!, id: request.params.id! })
  if (loaded.seen.type !== 'Bundle') refuse('not-found', { key: loaded.seen.key })
  if (loaded.seen.source !== institutionOf(ctx.actor)) refuse('signing-not-own-document', { key: loaded.seen.key })
  return loaded
}

async function page(ctx: Context, loaded: Loaded, about: { deps: Deps; on: PageOf; errors: readonly FieldError[] }): Promise<Answer> {
  const { deps, on, errors } = about
  const { seen, patient, institutions, ja } = loaded
  const nameOf = (number: string) => ja(number, '') || undefined
  const own = institutionOf(ctx.actor) ?? ''
  const document = itemView(present(seen, nameOf), own)
  if (document.is !== 'document') return refuse('not-found', { key: seen.key })
  const sections = documentBody(seen, nameOf).map((s) => ({ ...s, items: s.items.map((one) => itemView(one, own)) }))
  const certificates = (await deps.signature?.usable(ctx)) ?? []
  const view: SignView = {
    ...{ patient, item: document, document, sections, institutions, on, body: seen.body },
    ...{ certificates, errors, demoPin: deps.demoSigningPin ?? null },
  }
  return {
    json: {
      patient,
      item: document,
      digest: digestOf(seen.body),
      certificates: certificates.map(({ id, name, roles }) => ({ id, name, roles })),
    },
    page: () => renderPage(<SignPage {...view} />),
  }
}

async function sign(ctx: Context, request: RouteRequest, about: { deps: Deps; pageFor: PageFor }): Promise<Answer> {
  const { deps, pageFor } = about
  const { digest, certificate, pin } = bodyOf(request, signBody)
  const loaded = await toSign(ctx, request, deps)
  const signature = deps.signature ?? refuse('signing-token-missing')
  const { seen, patient } = loaded
  try {
    const done = await signature.sign(ctx, { seen, act: 'letter', digest, certificateId: certificate, pin })
    const redirect = itemHref(patient, { id: seen.id, is: 'document' })
    return wantsJson(request.headers.accept) ? { status: 201, json: { id: done.id, redirect } } : { redirect }
  } catch (error) {
    const form = error instanceof Refusal && error.code.startsWith('signing-') && !wantsJson(request.headers.accept)
    if (!form) throw error
    ctx.audit({ key: seen.key, resource: `Bundle/${seen.id}`, outcome: error.code })
    const errors = [{ name: 'pin', message: refusalSentence(error, ctx.lang) }]
    return { ...(await page(ctx, loaded, { deps, on: pageFor(ctx, request), errors })), status: refusalRow(error.code).status }
  }
}

export function signingRows({ deps, pageOf }: { deps: Deps; pageOf: PageFor }): Row[] {
  const demo = deps.demo ?? false
  const terms = { path: PATH, who: ['staff'], roles: signers, why: ['TREAT'], law: LAW } as const
  return [
    {
      ...terms,
      kind: 'read',
      method: 'GET',
      snapshot: true,
      stepUp: within(demo, 5),
      audit: 'signature.prepare',
      summary: { ja: '署名する文書の内容を確かめる画面', en: 'The page that shows what is about to be signed' },
      handle: async (ctx, request) => page(ctx, await toSign(ctx, request, deps), { deps, on: pageOf(ctx, request), errors: [] }),
    },
    {
      ...terms,
      kind: 'write',
      method: 'POST',
      // Reading what one signs takes its minutes.
      stepUp: within(demo, 15),
      schema: signBody,
      audit: 'signature.sign',
      summary: { ja: '文書に電子署名する', en: 'Sign a document' },
      handle: (ctx, request) => sign(ctx, request, { deps, pageFor: pageOf }),
    },
  ]
}
