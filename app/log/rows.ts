import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { coSignaturesOf, consistencyProof, checkpointOf, keepCoSignature, logKeyPem, newestCheckpoint } from '#kernel/log-proof'
import { refuse } from '#kernel/refusal'
import { bodyOf, type Row } from '#kernel/route'
import { witnessesOf } from '#packages/log-proof'

const LAW = 'RFC 9162（記録の改ざんの検知）。医療情報システムの安全管理に関するガイドライン 第6.0版（アクセスログの保護）'
const open = { who: ['public'], why: ['HOPERAT'], law: LAW } as const

const number = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const range = z.object({ from: number, to: number })
const coSignature = z.object({
  size: number,
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  at: z.iso.datetime({ precision: 3 }),
  signature: z
    .string()
    .max(120)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/),
})

/**
 * The state of the log, for everybody: sizes, hashes and signatures, nothing about anybody. Whoever keeps a state can hold every later
 * one against it; a witness does so all the time, and signs.
 * @param witnesses public keys of the witnesses whose signatures are kept
 */
export function logRows(witnesses: readonly KeyObject[]): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/log/checkpoint',
      ...open,
      audit: 'none',
      summary: { ja: '「誰が見たか」の記録の、署名された最新の状態', en: 'Newest signed state of the log of who looked' },
      handle: async (ctx) => {
        const checkpoint = (await newestCheckpoint(ctx.db)) ?? refuse('not-found')
        const coSignatures = await coSignaturesOf(ctx.db, checkpoint.size)
        return { json: { checkpoint, coSignatures, operatorKeyPem: (await logKeyPem(ctx.db, checkpoint.keyId)) ?? null } }
      },
    },
    {
      kind: 'read',
      method: 'GET',
      path: '/log/consistency',
      ...open,
      audit: 'none',
      summary: { ja: '記録が前の状態から増えただけであることの証明', en: 'Proof that the log only grew since an earlier state' },
      takes: [
        { name: 'from', type: 'integer', required: true, about: { ja: '前の状態の件数', en: 'number of entries of the earlier state' } },
        { name: 'to', type: 'integer', required: true, about: { ja: '後の状態の件数', en: 'number of entries of the later state' } },
      ],
      handle: async (ctx, { query }) => {
        const asked = range.safeParse(Object.fromEntries(query))
        const { from, to } = asked.success ? asked.data : refuse('input-invalid', { what: 'from, to' })
        return { json: { from, to, path: await consistencyProof(ctx.db, from, to) } }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/log/co-signatures',
      ...open,
      audit: 'log.co-sign',
      schema: coSignature,
      summary: { ja: '立会人が、見た状態に署名を添える', en: 'A witness adds its signature to a state that it saw' },
      handle: async (ctx, request) => {
        const given = bodyOf(request, coSignature)
        const checkpoint = (await checkpointOf(ctx.db, given.size)) ?? refuse('not-found')
        // Not who sends it counts, but whose key signed it.
        if (witnessesOf(witnesses, checkpoint, [given]).length === 0) refuse('witness-unknown')
        await keepCoSignature(ctx.db, given.size, given)
        ctx.audit({ resource: `Checkpoint/${given.size}` })
        return { status: 201, json: { size: given.size, keyId: given.keyId } }
      },
    },
  ]
}
