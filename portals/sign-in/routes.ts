import type { Card } from '#care/person'
import { bodyOf, type Row } from '#kernel/route'
import { letIn, placeAfter } from './begin.ts'
import { browserOf } from './browser.ts'
import { cardAnswerOf, cardBody } from './card-body.ts'
import { deskRows } from './desk/rows.tsx'
import { firstRows, toRegistration } from './first/rows.ts'
import { invitationRows } from './invitation/rows.ts'
import { invitationService } from './invitation/service.ts'
import { outsideRows } from './outside/rows.ts'
import { pageRows } from './page-rows.ts'
import { offerHref, offerRow } from './passkey/offer.tsx'
import { passkeyRows } from './passkey/rows.ts'
import { type PasskeyService, passkeyService } from './passkey/service.ts'
import { letterRows } from './recovery/letter-rows.tsx'
import { passwordRows } from './password/rows.tsx'
import { LAW, open, type SignInDeps } from './row-terms.ts'
import { codeRows } from './security/code-rows.tsx'
import { type SignInService, signInService } from './service.ts'
import { staffRows } from './staff-rows.ts'
import { stepUpRows } from './step-up/rows.ts'
import { demoRows, systemRows } from './system-rows.ts'
import { counted } from './tries.ts'
import { workplaceRows } from './workplace/rows.tsx'

function cardRows(service: SignInService, passkeys: PasskeyService, secure: boolean): Row[] {
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
      handle: async (ctx, request) => ({ status: 201, json: await service.challenge(ctx, browserOf(request)) }),
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
        let unknown: Card | null = null
        const onUnknown = async (card: Card) => {
          unknown = card
        }
        const given = { ...cardAnswerOf(request, body), ...(browserOf(request) === undefined ? {} : { onUnknown }) }
        const begun = await counted(ctx, request, () => service.byCard(ctx, request, given)).catch((error: unknown) => {
          if (unknown === null) throw error
          return toRegistration(ctx, unknown, secure)
        })
        if (!('token' in begun)) return begun
        const answer = letIn(request, begun, body.next)
        // Offered to browsers alone; whether this device can make one, the page finds out.
        const isBrowser = browserOf(request) !== undefined && answer.json !== undefined
        if (!isBrowser || (await passkeys.list(ctx, begun)).length > 0) return answer
        return { ...answer, json: { redirect: placeAfter(begun, body.next), offer: offerHref(placeAfter(begun, body.next)) } }
      },
    },
  ]
}

/** Everything about getting in and out, for people, staff and systems. */
export function signInRoutes(deps: SignInDeps): Row[] {
  const service = signInService(deps)
  const passkeys = passkeyService({ baseUrl: deps.baseUrl, demo: deps.demo !== null })
  const invitations = invitationService({ ...deps, passkeys })
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
    ...cardRows(service, passkeys, deps.secure),
    ...firstRows(deps),
    offerRow(deps),
    ...passkeyRows({ ...deps, passkeys }),
    ...stepUpRows({ ...deps, passkeys, service }),
    ...deskRows(deps),
    ...workplaceRows(deps),
    ...codeRows(deps),
    ...passwordRows({ ...deps, service }),
    ...letterRows(deps),
    ...invitationRows({ ...deps, invitations }),
    ...outsideRows({ ...deps, invitations }),
    ...staffRows(service, deps),
    ...systemRows(deps),
    ...(deps.demo === null ? [] : demoRows(deps.demo)),
    clearing,
  ]
}
