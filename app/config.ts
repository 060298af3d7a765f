import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'

const flag = (usual: boolean) =>
  z
    .enum(['0', '1'])
    .optional()
    .transform((v) => (v === undefined ? usual : v === '1'))

const schema = z.object({
  PORT: z.coerce.number().int().min(1).max(65_535).default(8080),
  /** Address to listen on. The demo listens on this machine alone. */
  ENISHI_HOST: z.string().min(1).optional(),
  ENISHI_HOME: z.string().min(1).default('.enishi'),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'postgresql://…'),
  ENISHI_DEMO: flag(true),
  ENISHI_WORKERS: z.coerce.number().int().min(1).max(64).optional(),
  /** Public address where it differs from http://localhost:PORT, e.g. behind TLS. */
  ENISHI_BASE_URL: z.url().optional(),
  /** Policy a card's certificate must name, and the responder of its authority. Production only. */
  ENISHI_CARD_POLICY_OID: z
    .string()
    .regex(/^[0-9]+([.][0-9]+)+$/)
    .optional(),
  ENISHI_CARD_OCSP_URL: z.url().optional(),
  ENISHI_DEMO_PEOPLE: z.coerce.number().int().min(10).max(5_000).default(300),
})

export type Config = {
  port: number
  host: string
  home: string
  databaseUrl: string
  demo: boolean
  demoPeople: number
  workers: number
  baseUrl: string
  secure: boolean
  cardPolicyOid: string | null
  cardOcspUrl: string | null
}

/** The configuration is wrong; the message names each variable and what it should be. */
export class BadConfig extends Error {}

/**
 * Reads the configuration once, at start.
 * @throws BadConfig naming what is wrong; values are not repeated, because one of them is a secret
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const read = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, v]) => v !== '')))
  if (!read.success) {
    const wrong = read.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')
    throw new BadConfig(`設定に誤りがあります。${wrong} / The configuration is not valid. ${wrong}`)
  }
  const v = read.data
  const baseUrl = (v.ENISHI_BASE_URL ?? `http://localhost:${v.PORT}`).replace(/\/$/, '')
  return {
    port: v.PORT,
    host: v.ENISHI_HOST ?? (v.ENISHI_DEMO ? '127.0.0.1' : '0.0.0.0'),
    home: resolve(v.ENISHI_HOME),
    databaseUrl: v.DATABASE_URL,
    demo: v.ENISHI_DEMO,
    demoPeople: v.ENISHI_DEMO_PEOPLE,
    workers: v.ENISHI_WORKERS ?? Math.min(availableParallelism(), 8),
    baseUrl,
    secure: baseUrl.startsWith('https:'),
    cardPolicyOid: v.ENISHI_CARD_POLICY_OID ?? null,
    cardOcspUrl: v.ENISHI_CARD_OCSP_URL ?? null,
  }
}
