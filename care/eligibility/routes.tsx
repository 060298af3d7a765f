import { z } from 'zod'
import type { StaffRole } from '#kernel/context'
import { bodyOf, type Row } from '#kernel/route'
import { isDate, whyNotTyped } from './rules.ts'
import type { EligibilityService } from './service.ts'

const LAW = '健康保険法 電子資格確認（条項は要確認: 弁護士）'
const CONSENT_LAW = '個人情報の保護に関する法律 本人の同意（条項は要確認: 弁護士）'

/** Everybody who works at a desk or beside a patient; operators run machines and see nobody's cover. */
const deskRoles: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist', 'clerk']
const atDesk = { who: ['system', 'staff'], roles: deskRoles, why: ['TREAT'] } as const

/** Base64 in its URL form, padded or not. */
const base64url = z.string().max(1400).regex(/^[A-Za-z0-9_-]+={0,2}$/, 'base64url')
const cardBody = z.object({ certificatePem: z.string().min(1).max(16_384), signature: base64url, limitCertificateConsent: z.boolean().default(true) })
const consentBody = z.object({ kinds: z.record(z.string().max(40), z.boolean()) })

const typedShape = z.object({
  insurerNumber: z.string().max(20), symbol: z.string().max(60).default(''), number: z.string().max(60), branch: z.string().max(4).optional(),
  birthDate: z.string().max(10), date: z.string().refine(isDate, 'YYYY-MM-DD').optional(), limitCertificateConsent: z.boolean().default(false),
})
/** Marks each field that cannot be right. */
const sensible = (typed: z.infer<typeof typedShape>, check: z.RefinementCtx) => {
  for (const field of whyNotTyped(typed)) check.addIssue({ code: 'custom', path: [field], message: field === 'birthDate' ? 'YYYY-MM-DD' : 'not valid' })
}
const checkBody = typedShape.superRefine(sensible)
/** As many as a large hospital books for one day. */
const manyBody = z.object({ patients: z.array(typedShape.extend({ referenceNumber: z.string().max(64) }).superRefine(sensible)).min(1).max(1000) })

const asked = <T extends { limitCertificateConsent: boolean }>({ limitCertificateConsent, ...typed }: T) => ({ ...typed, limitConsent: limitCertificateConsent })

/** The rows of the card reader, the same for a reader's program and for the reader's page at a desk. */
function readerRows(service: EligibilityService): Row[] {
  return [
    {
      kind: 'write', method: 'POST', path: '/reader/sessions', ...atDesk, audit: 'none', law: LAW,
      summary: { ja: 'カードリーダーの手続きを始める', en: 'Open a session at a card reader' },
      handle: async (ctx) => ({ status: 201, json: await service.open(ctx) }),
    },
    {
      // A read although it spends the challenge: that is one atomic statement, so no transaction has to surround it, and
      // the answer waits for the audit batch it shares with others instead of a commit of its own.
      kind: 'read', method: 'POST', path: '/reader/sessions/:id/card', ...atDesk, audit: 'eligibility.card', law: LAW, schema: cardBody,
      summary: { ja: 'マイナンバーカードで資格を確認する', en: 'Check eligibility by My Number Card' },
      handle: async (ctx, request) => {
        const { certificatePem, signature, limitCertificateConsent } = bodyOf(request, cardBody)
        const answer = { certificatePem, signature: Buffer.from(signature, 'base64url'), limitConsent: limitCertificateConsent }
        return { json: await service.readCard(ctx, request.params.id!, answer) }
      },
    },
    {
      kind: 'write', method: 'POST', path: '/reader/sessions/:id/consent', ...atDesk, audit: 'consent.give', law: CONSENT_LAW, schema: consentBody,
      summary: { ja: '情報の種類ごとに、本人の同意または不同意を受け付ける', en: 'Take the person’s answer for each kind of information' },
      handle: async (ctx, request) => ({ status: 201, json: await service.answer(ctx, request.params.id!, bodyOf(request, consentBody).kinds) }),
    },
  ]
}

function lookUpRows(service: EligibilityService): Row[] {
  return [
    {
      kind: 'read', method: 'POST', path: '/eligibility/$check', ...atDesk, audit: 'eligibility.check', law: LAW, schema: checkBody,
      summary: { ja: '記号・番号で資格を確認する', en: 'Check eligibility by insurer symbol and number' },
      handle: async (ctx, request) => ({ json: await service.lookUp(ctx, asked(bodyOf(request, checkBody))) }),
    },
    {
      kind: 'read', method: 'POST', path: '/eligibility/$check-many', ...atDesk, audit: 'eligibility.check', law: LAW, schema: manyBody,
      summary: { ja: '予約患者などの資格をまとめて確認する', en: 'Check the eligibility of many patients at once' },
      handle: async (ctx, request) => ({ json: { results: await service.lookUpMany(ctx, bodyOf(request, manyBody).patients.map(asked)) } }),
    },
  ]
}

const clearing = (service: EligibilityService): Row => ({
  kind: 'job', name: 'eligibility.clear-sessions', everyMs: 3600_000, law: LAW,
  summary: { ja: '終わったカードリーダーの手続きを消す', en: 'Forget card reader sessions that ended' },
  run: (job) => service.clear(job),
})

export function routes(service: EligibilityService): Row[] {
  return [...readerRows(service), ...lookUpRows(service), clearing(service)]
}
