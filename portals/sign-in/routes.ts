import { z } from 'zod'
import { cookie } from '#kernel/proof'
import { bodyOf, type Row } from '#kernel/route'
import { BROWSER_COOKIE, pageRows } from './page-rows.ts'
import { LAW, led, open, type SignInDeps } from './row-terms.ts'
import { safeNext } from './rules.ts'
import { type SignInService, signInService } from './service.ts'
import { staffRows } from './staff-rows.ts'
import { demoRows, systemRows } from './system-rows.ts'

const cardBody = z
  .object({
    id: z.string().max(64).optional(),
    challenge: z.string().max(200).optional(),
    certificatePem: z.string().min(1).max(16_384),
    signature: z
      .string()
      .min(1)
      .max(1400)
      .regex(/^[A-Za-z0-9_+/-]+={0,2}$/, 'base64url'),
    next: z.string().max(2000).optional(),
  })
  .refine((body) => body.id !== undefined || body.challenge !== undefined, { path: ['id'], message: 'id or challenge is needed' })

function cardRows(service: SignInService): Row[] {
  return [
    {
      // A single statement needs no transaction around it, and nothing is written that an audit entry belongs to.
      kind: 'read',
      method: 'POST',
      path: '/sign-in/card/challenge',
      ...open,
      audit: 'none',
      law: LAW,
      summary: { ja: 'カードが署名する文字列を受け取る', en: 'Get the challenge a card signs' },
      handle: async (ctx, request) => ({ status: 201, json: await service.challenge(ctx, cookie(request.headers, BROWSER_COOKIE)) }),
    },
    {
      // A read although it spends the challenge and starts a session: asking whether a card is revoked may go over the network,
      // which no transaction may wait for. The session's token leaves only after the audit entry is durable.
      kind: 'read',
      method: 'POST',
      path: '/sign-in/card',
      ...open,
      audit: 'sign-in.card',
      law: LAW,
      schema: cardBody,
      summary: { ja: 'カードの署名でサインインする', en: 'Sign in by the card’s signature' },
      handle: async (ctx, request) => {
        const body = bodyOf(request, cardBody)
        const session = await service.byCard(ctx, {
          which: body.id === undefined ? { challenge: Buffer.from(body.challenge ?? '', 'base64url') } : { id: body.id },
          certificatePem: body.certificatePem,
          signature: Buffer.from(body.signature, 'base64url'),
          browser: cookie(request.headers, BROWSER_COOKIE),
        })
        return led(request, session, safeNext(body.next, '/me'))
      },
    },
  ]
}

/** Everything about getting in and out, for people, staff and systems. */
export function signInRoutes(deps: SignInDeps): Row[] {
  const service = signInService(deps)
  const clearing: Row = {
    kind: 'job',
    name: 'sign-in.clear-challenges',
    everyMs: 3600_000,
    law: LAW,
    summary: { ja: '期限の過ぎた確認の文字列を消す', en: 'Forget challenges that ended' },
    run: (job) => service.clear(job),
  }
  return [
    ...pageRows(deps),
    ...cardRows(service),
    ...staffRows(service, deps),
    ...systemRows(deps),
    ...(deps.demo === null ? [] : demoRows(deps.demo)),
    clearing,
  ]
}
