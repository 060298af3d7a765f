import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'
import { type AllowedHost, parseAllowedHosts } from '#kernel/outbound'
import type { Rate } from '#kernel/rate'
import { knownPasswords } from '#portals/sign-in'
import { mailSettings, type NoticeConfig } from './notices.ts'

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
  /** 1: the reader's screen asks the card-bridge of its own machine for cards; 0: the demo's cards. */
  ENISHI_CARD_BRIDGE: flag(false),
  /** Signatures of staff (HPKI): policies accepted (dotted, separated by commas), the responder, and the PKCS #11 module of card or HSM. */
  ENISHI_SIGNING_POLICY_OIDS: z
    .string()
    .regex(/^[0-9]+([.][0-9]+)+(,[0-9]+([.][0-9]+)+)*$/)
    .optional(),
  ENISHI_SIGNING_OCSP_URL: z.url().optional(),
  ENISHI_SIGNING_PKCS11_MODULE: z.string().startsWith('/').optional(),
  /**
   * The TLS listener: PEM files, and its port. Clients are asked for a certificate of ENISHI_TLS_CLIENT_CA. The demo makes its own
   * files; ENISHI_TLS_PORT=0 does without.
   */
  ENISHI_TLS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  ENISHI_TLS_CERT: z.string().min(1).optional(),
  ENISHI_TLS_KEY: z.string().min(1).optional(),
  ENISHI_TLS_CLIENT_CA: z.string().min(1).optional(),
  ENISHI_TLS_CLIENT_CRL: z.string().min(1).optional(),
  /** Public address of the TLS listener where it differs from https://(host of the base URL):ENISHI_TLS_PORT. */
  ENISHI_TLS_BASE_URL: z.url({ protocol: /^https$/ }).optional(),
  /**
   * Header in which a proxy in front hands over the client certificate it has verified (PEM percent-encoded, or RFC 9440). Only
   * where that proxy removes the header from what clients send: whoever can set it is believed.
   */
  ENISHI_TRUSTED_PROXY_CERT_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .transform((name) => name.toLowerCase())
    .optional(),
  /** Header in which that proxy names the address it was asked from, e.g. x-forwarded-for; failed tries are counted by it. */
  ENISHI_TRUSTED_PROXY_ADDRESS_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .transform((name) => name.toLowerCase())
    .optional(),
  /**
   * Hosts that subscriptions may call: `hooks.example.jp`, `ehr.local:8443+private`, `localhost:*+private+http`, separated by commas.
   * Without it nothing is called; in the demo, this machine.
   */
  ENISHI_HOOK_HOSTS: z.string().optional(),
  /**
   * Push services of browsers that may be called, written as in ENISHI_HOOK_HOSTS, and whom they may write to (https: or mailto:). Without
   * hosts no browser is told of notices.
   */
  ENISHI_PUSH_HOSTS: z.string().optional(),
  ENISHI_PUSH_CONTACT: z
    .string()
    .regex(/^(https:\/\/|mailto:).+/, 'https://… / mailto:…')
    .optional(),
  /** Mail server (`smtps://user:password@host`, `smtp://host:587`) and sender of notices; without them no mail is sent. */
  ENISHI_MAIL_URL: z.string().min(1).optional(),
  ENISHI_MAIL_FROM: z.string().min(3).optional(),
  /** JSON file that names who runs this platform and how, for the page on what is done with data. */
  ENISHI_TRANSPARENCY: z.string().min(1).optional(),
  /** Settings file (JSON) of an OpenID provider that signs in people, or staff, beside our own ways. Without it nobody is called. */
  ENISHI_OUTSIDE_CITIZENS: z.string().min(1).optional(),
  ENISHI_OUTSIDE_STAFF: z.string().min(1).optional(),
  /** File with hashes (SHA-1 or SHA-256, hex, one a line) of passwords that are known to others; nobody may choose one of them. */
  ENISHI_KNOWN_PASSWORDS: z.string().min(1).optional(),
  /** PEM file with the public keys of the log's witnesses, who run elsewhere. */
  ENISHI_WITNESS_KEYS: z.string().min(1).optional(),
  /** Days that a backup is kept; then its key is destroyed. Without it backups have no end, and certificates of erasure name no date. */
  ENISHI_BACKUP_DAYS: z.coerce.number().int().min(1).max(3_650).optional(),
  /** Where PostgreSQL keeps its data, if on this machine, and MB kept free there: records are refused before that is used, reading goes on. */
  ENISHI_DATABASE_FOLDER: z.string().startsWith('/').optional(),
  ENISHI_DISK_RESERVE_MB: z.coerce.number().int().min(0).max(1_048_576).default(256),
  /** Parts that the large tables are kept in, by patient key; settled when the tables are made. */
  ENISHI_PARTS: z.coerce.number().int().min(1).max(256).default(1),
  /** Requests a second that one client may send to one worker on the whole, ten times as many at once; 0 for no limit, as in the demo. */
  ENISHI_CLIENT_RATE: z.coerce.number().min(0).max(100_000).optional(),
  ENISHI_DEMO_PEOPLE: z.coerce.number().int().min(10).max(5_000).default(300),
})

export type Config = {
  port: number
  host: string
  home: string
  databaseUrl: string
  demo: boolean
  demoPeople: number
  parts: number
  workers: number
  baseUrl: string
  secure: boolean
  cardPolicyOid: string | null
  cardOcspUrl: string | null
  cardBridge: boolean
  signing: { policyOids: readonly string[]; ocspUrl: string | null; pkcs11Module: string | null }
  /** Files of the TLS listener; null where there is none, or where the demo has not made them yet. */
  tls: TlsConfig | null
  /** Where the demo's TLS listener would like to be; 0 where it is not wanted. */
  tlsPort: number
  tlsBase: string | null
  proxyCertificateHeader: string | null
  proxyAddressHeader: string | null
  hookHosts: AllowedHost[]
  /** Settings files of outside OpenID providers; null where there is none. */
  outside: { citizen: string | null; staff: string | null }
  witnessKeys: string | null
  knownPasswords: string | null
  /** Null where nobody is limited. */
  rate: Rate | null
  backupDays: number | null
  /** Folder null where the data lies on another machine. */
  disk: { folder: string | null; reserveMb: number }
  notices: NoticeConfig
  /** File that says who runs this platform; null where nobody has said. */
  transparency: string | null
}

export type TlsConfig = { port: number; certificate: string; key: string; clientCa: string | null; clientCrl: string | null }

/** The configuration is wrong; the message names each variable and what it should be. */
export class BadConfig extends Error {}

export const badConfig = (wrong: string): BadConfig =>
  new BadConfig(`設定に誤りがあります。${wrong} / The configuration is not valid. ${wrong}`)

/** What hands send under a session: thirty forms at once, then one a second. */
const FORMS = { perSecond: 1, burst: 30 }

/** A client may send ten seconds' worth at once; 0 is no limit. */
const rateOf = (perSecond: number): Rate | null => (perSecond === 0 ? null : { perSecond, burst: perSecond * 10, forms: FORMS })

/**
 * Reads the configuration once, at start.
 * @throws BadConfig naming what is wrong; values are not repeated, because one of them is a secret
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const read = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, v]) => v !== '')))
  if (!read.success) {
    throw badConfig(read.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '))
  }
  const v = read.data
  const half = (v.ENISHI_TLS_CERT === undefined) !== (v.ENISHI_TLS_KEY === undefined)
  if (half) throw badConfig('ENISHI_TLS_CERT, ENISHI_TLS_KEY: both or neither')
  const baseUrl = (v.ENISHI_BASE_URL ?? `http://localhost:${v.PORT}`).replace(/\/$/, '')
  return {
    port: v.PORT,
    host: v.ENISHI_HOST ?? (v.ENISHI_DEMO ? '127.0.0.1' : '0.0.0.0'),
    home: resolve(v.ENISHI_HOME),
    databaseUrl: v.DATABASE_URL,
    demo: v.ENISHI_DEMO,
    demoPeople: v.ENISHI_DEMO_PEOPLE,
    parts: v.ENISHI_PARTS,
    rate: rateOf(v.ENISHI_CLIENT_RATE ?? (v.ENISHI_DEMO ? 0 : 200)),
    backupDays: v.ENISHI_BACKUP_DAYS ?? null,
    disk: { folder: v.ENISHI_DATABASE_FOLDER ?? null, reserveMb: v.ENISHI_DISK_RESERVE_MB },
    workers: v.ENISHI_WORKERS ?? Math.min(availableParallelism(), 8),
    baseUrl,
    secure: baseUrl.startsWith('https:'),
    cardPolicyOid: v.ENISHI_CARD_POLICY_OID ?? null,
    cardOcspUrl: v.ENISHI_CARD_OCSP_URL ?? null,
    cardBridge: v.ENISHI_CARD_BRIDGE,
    signing: {
      policyOids: v.ENISHI_SIGNING_POLICY_OIDS?.split(',') ?? [],
      ocspUrl: v.ENISHI_SIGNING_OCSP_URL ?? null,
      pkcs11Module: v.ENISHI_SIGNING_PKCS11_MODULE ?? null,
    },
    ...tlsOf(v, baseUrl),
    proxyCertificateHeader: v.ENISHI_TRUSTED_PROXY_CERT_HEADER ?? null,
    witnessKeys: v.ENISHI_WITNESS_KEYS ?? null,
    knownPasswords: v.ENISHI_KNOWN_PASSWORDS === undefined ? null : resolve(v.ENISHI_KNOWN_PASSWORDS),
    outside: { citizen: v.ENISHI_OUTSIDE_CITIZENS ?? null, staff: v.ENISHI_OUTSIDE_STAFF ?? null },
    proxyAddressHeader: v.ENISHI_TRUSTED_PROXY_ADDRESS_HEADER ?? null,
    hookHosts: hostsOf(
      'ENISHI_HOOK_HOSTS',
      v.ENISHI_HOOK_HOSTS ?? (v.ENISHI_DEMO ? 'localhost:*+private+http,127.0.0.1:*+private+http' : ''),
    ),
    notices: noticesOf(v, baseUrl),
    transparency: v.ENISHI_TRANSPARENCY === undefined ? null : resolve(v.ENISHI_TRANSPARENCY),
  }
}

function hostsOf(name: string, text: string): AllowedHost[] {
  try {
    return parseAllowedHosts(text)
  } catch {
    throw badConfig(`${name}: host[:port|:*][+private][+http], …`)
  }
}

function noticesOf(v: z.infer<typeof schema>, baseUrl: string): NoticeConfig {
  const mail = mailSettings(v.ENISHI_MAIL_URL, v.ENISHI_MAIL_FROM)
  if (mail !== null && 'wrong' in mail) throw badConfig(mail.wrong)
  const contact = v.ENISHI_PUSH_CONTACT ?? (baseUrl.startsWith('https:') ? baseUrl : 'mailto:operator@localhost')
  return { pushHosts: hostsOf('ENISHI_PUSH_HOSTS', v.ENISHI_PUSH_HOSTS ?? ''), contact, mail }
}

function tlsOf(v: z.infer<typeof schema>, baseUrl: string): Pick<Config, 'tls' | 'tlsPort' | 'tlsBase'> {
  // Beside the plain port, far enough that two platforms on neighbouring ports do not meet: 8080 and 8443.
  const tlsPort = v.ENISHI_TLS_PORT ?? (v.PORT + 363 <= 65_535 ? v.PORT + 363 : v.PORT - 363)
  const { ENISHI_TLS_CERT: certificate, ENISHI_TLS_KEY: key } = v
  const wanted = tlsPort > 0 && certificate !== undefined && key !== undefined
  const tls = wanted
    ? { port: tlsPort, certificate, key, clientCa: v.ENISHI_TLS_CLIENT_CA ?? null, clientCrl: v.ENISHI_TLS_CLIENT_CRL ?? null }
    : null
  const own = wanted || (v.ENISHI_DEMO && tlsPort > 0) ? tlsAddress(baseUrl, tlsPort) : null
  const proxied = v.ENISHI_TRUSTED_PROXY_CERT_HEADER === undefined ? null : baseUrl
  return { tls, tlsPort, tlsBase: v.ENISHI_TLS_BASE_URL?.replace(/\/$/, '') ?? own ?? proxied }
}

export const tlsAddress = (baseUrl: string, port: number): string => `https://${new URL(baseUrl).hostname}:${port}`

/** The operator's list of known passwords, or undefined. @throws BadConfig where it cannot be read */
export function knownPasswordsOf({ knownPasswords: path }: Pick<Config, 'knownPasswords'>): ((password: string) => boolean) | undefined {
  if (path === null) return undefined
  try {
    return knownPasswords(path)
  } catch (error) {
    throw badConfig(`ENISHI_KNOWN_PASSWORDS: ${error instanceof Error ? error.message : ''}`)
  }
}
