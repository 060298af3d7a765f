import { z } from 'zod'
import type { RouteRequest } from '#kernel/route'
import { browserOf } from './browser.ts'
import type { CardAnswer } from './service.ts'

/** What a card's page sends: the challenge by its id or by its bytes, the certificate, the signature. */
export const cardBody = z
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

export const cardAnswerOf = (request: RouteRequest, body: z.infer<typeof cardBody>): CardAnswer => ({
  which: body.id === undefined ? { challenge: Buffer.from(body.challenge ?? '', 'base64url') } : { id: body.id },
  certificatePem: body.certificatePem,
  signature: Buffer.from(body.signature, 'base64url'),
  browser: browserOf(request),
})
