/** What a reader's program, or the reader's page at a desk, asks of the platform. */
import { z } from 'zod'
import { refuse } from '#kernel/refusal'
import { bodyOf, type Row } from '#kernel/route'
import { atDesk, LAW } from './row-terms.ts'
import type { EligibilityService } from './service.ts'

const CONSENT_LAW = '個人情報の保護に関する法律 本人の同意（条項は要確認: 弁護士）'

/** Base64 in its URL form, padded or not. */
const base64url = z
  .string()
  .max(1400)
  .regex(/^[A-Za-z0-9_-]+={0,2}$/, 'base64url')
const cardBody = z.object({
  certificatePem: z.string().min(1).max(16_384),
  signature: base64url,
  limitCertificateConsent: z.boolean().default(true),
})
const consentBody = z.object({ kinds: z.record(z.string().max(40), z.boolean()) })

/** The rows of the card reader, the same for a reader's program and for the reader's page at a desk. */
export function readerRows(service: EligibilityService): Row[] {
  return [
    {
      kind: 'write',
      method: 'POST',
      path: '/reader/sessions',
      ...atDesk,
      audit: 'none',
      law: LAW,
      summary: { ja: 'カードリーダーの手続きを始める', en: 'Open a session at a card reader' },
      handle: async (ctx) => ({ status: 201, json: await service.open(ctx) }),
    },
    {
      // A read although it spends the challenge: that is one atomic statement, so no transaction has to surround it, and
      // the answer waits for the audit batch it shares with others instead of a commit of its own.
      kind: 'read',
      method: 'POST',
      path: '/reader/sessions/:id/card',
      ...atDesk,
      audit: 'eligibility.card',
      law: LAW,
      schema: cardBody,
      summary: { ja: 'マイナンバーカードで資格を確認する', en: 'Check eligibility by My Number Card' },
      handle: async (ctx, request) => {
        const { certificatePem, signature, limitCertificateConsent } = bodyOf(request, cardBody)
        const answer = { certificatePem, signature: Buffer.from(signature, 'base64url'), limitConsent: limitCertificateConsent }
        return { json: await service.readCard(ctx, request.params.id!, answer) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/reader/sessions/:id/consent',
      ...atDesk,
      audit: 'consent.give',
      law: CONSENT_LAW,
      schema: consentBody,
      summary: { ja: '情報の種類ごとに、本人の同意または不同意を受け付ける', en: 'Take the person’s answer for each kind of information' },
      handle: async (ctx, request) => ({
        status: 201,
        json: await service.answer(ctx, request.params.id!, bodyOf(request, consentBody).kinds),
      }),
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/reader/sessions/:id/standing',
      ...atDesk,
      audit: 'consent.give',
      law: CONSENT_LAW,
      schema: standingBody,
      summary: {
        ja: '今日見せた種類を、この先も見せることへの本人の同意を受け付ける（暗証番号で本人確認をしたときだけ）',
        en: 'Take the person’s wish to go on showing what they showed today; proven by PIN alone',
      },
      handle: async (ctx, request) => ({
        status: 201,
        json: await service.agreeLonger(ctx, request.params.id!, bodyOf(request, standingBody)),
      }),
    },
    ...otherWays(service),
  ]
}

const standingBody = z.object({ months: z.number().int(), textVersion: z.string().max(40) })
const lookBody = cardBody.omit({ limitCertificateConsent: true })
const faceBody = cardBody.extend({ matched: z.boolean() })
const renewBody = lookBody.extend({ newCardSession: z.string().min(1).max(40) })
const bytes = (text: string) => Buffer.from(text, 'base64url')

/** The ways without a PIN (特定機関認証), and the new card of a person who is known by the old one. */
function otherWays(service: EligibilityService): Row[] {
  const row = { kind: 'read', ...atDesk, audit: 'eligibility.card', law: LAW } as const
  return [
    {
      ...row,
      method: 'POST',
      path: '/reader/sessions/:id/face',
      schema: faceBody,
      summary: {
        ja: '顔認証で資格を確認する（照合はリーダーの中だけ）',
        en: 'Check eligibility by face; the reader alone compares, and says yes or no',
      },
      handle: async (ctx, request) => {
        const { certificatePem, signature, limitCertificateConsent: limitConsent, matched } = bodyOf(request, faceBody)
        if (!matched) refuse('face-no-match')
        return {
          json: await service.readCard(ctx, request.params.id!, { certificatePem, signature: bytes(signature), limitConsent }, 'face'),
        }
      },
    },
    {
      ...row,
      method: 'POST',
      path: '/reader/sessions/:id/visual',
      audit: 'eligibility.look-asked',
      schema: lookBody,
      summary: { ja: '職員の目視による本人確認を頼む', en: 'Ask the staff to look at the holder' },
      handle: async (ctx, request) => {
        const { certificatePem, signature } = bodyOf(request, lookBody)
        return { status: 202, json: await service.askLook(ctx, request.params.id!, { certificatePem, signature: bytes(signature) }) }
      },
    },
    {
      ...row,
      method: 'GET',
      path: '/reader/sessions/:id/state',
      audit: 'none',
      summary: { ja: '目視確認がどこまで進んだか', en: 'How far the look of the staff is' },
      handle: async (ctx, request) => ({ json: { state: await service.lookState(ctx, request.params.id!) } }),
    },
    {
      ...row,
      method: 'GET',
      path: '/reader/sessions/:id/card',
      summary: { ja: '目視確認のあとで資格を示す', en: 'Cover, once the staff have looked' },
      handle: async (ctx, request) => ({ json: await service.looked(ctx, request.params.id!) }),
    },
    {
      ...row,
      method: 'POST',
      path: '/reader/sessions/:id/replace-card',
      audit: 'card.replaced',
      schema: renewBody,
      summary: { ja: '前のカードと暗証番号で、新しいカードを同じ人に結び付ける', en: 'Link a new card by the old one and its PIN' },
      handle: async (ctx, request) => {
        const { signature, ...rest } = bodyOf(request, renewBody)
        return { json: await service.replaceCard(ctx, request.params.id!, { ...rest, signature: bytes(signature) }) }
      },
    },
    {
      kind: 'write',
      ...atDesk,
      method: 'POST',
      path: '/reader/call',
      audit: 'none',
      law: LAW,
      summary: { ja: 'カードリーダーから職員を呼ぶ', en: 'Call the staff to the reader' },
      handle: async (ctx) => {
        await service.call(ctx)
        return { status: 202, json: { called: true } }
      },
    },
  ]
}
