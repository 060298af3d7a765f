/** Which keys and certificates of a client the register takes. Pure; a private key is named and goes no further. */
import { createHash, createPublicKey, type JsonWebKey, X509Certificate } from 'node:crypto'
import type { Sentence } from '#kernel/language'

/** What is wrong with what somebody entered, at which field. */
export type Finding = Sentence & { field: string }

/** A key that may be registered. */
export type JudgedKey = {
  thumbprint: string
  form: 'jwk' | 'certificate'
  kid: string
  about: string
  jwk: object | null
  validUntil: Date | null
}
export type JudgedKeys = { keys: JudgedKey[]; findings: Finding[]; secret: boolean }

const LONGEST = 64 * 1024
const MOST = 10
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** Algorithms that a client may sign with, by the kind of its key. @spec SMART App Launch 2.2, Backend Services; RFC 8725 section 3.2 */
const algorithms = { RSA: ['RS384', 'PS384', 'RS256', 'PS256'], 'P-256': ['ES256'], 'P-384': ['ES384'] } as const

const said = (ja: string, en: string): Finding => ({ field: 'keys', ja, en })

const SECRET = said(
  '秘密鍵が含まれています。秘密鍵は、どこにも送らず、システムの中だけに置いてください。保存していませんが、一度外に出た鍵は作り直し、公開鍵だけを登録してください。',
  'This contains a private key. Never send a private key anywhere; keep it inside the system. It was not stored, but a key that has left its place must be made anew: register only its public key.',
)

/** Whether a text shows a private key, whatever else is wrong with it. */
export function showsPrivateKey(text: string): boolean {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return true
  return /"(?:d|p|q|dp|dq|qi|oth|k)"\s*:\s*["[]/.test(text)
}

/**
 * Reads what somebody pasted: a JWKS, one JWK, or certificates as PEM.
 * @param now certificates that have ended are refused
 */
export function judgeKeys(text: string, now: Date): JudgedKeys {
  const trimmed = text.trim()
  const none = (finding: Finding, secret = false): JudgedKeys => ({ keys: [], findings: [finding], secret })
  if (trimmed === '') return { keys: [], findings: [], secret: false }
  if (showsPrivateKey(trimmed)) return none(SECRET, true)
  if (trimmed.length > LONGEST)
    return none(said('64 KB を超えています。公開鍵だけを貼り付けてください。', 'Longer than 64 KB. Paste public keys only.'))
  const judged = trimmed.startsWith('-----BEGIN') ? certificatesIn(trimmed, now) : jwksIn(trimmed)
  const kids = judged.keys.map((k) => k.kid)
  const twice = kids.find((kid, n) => kids.indexOf(kid) !== n)
  if (twice !== undefined)
    judged.findings.push(
      said(`同じ kid（${twice.slice(0, 60)}）の鍵が二つあります。`, `Two keys have the same kid (${twice.slice(0, 60)}).`),
    )
  return { ...judged, secret: false }
}

function jwksIn(text: string): Pick<JudgedKeys, 'keys' | 'findings'> {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return {
      keys: [],
      findings: [
        said(
          'JSON としても証明書（PEM）としても読めません。JWKS（{"keys": […]}）、JWK、または -----BEGIN CERTIFICATE----- で始まる証明書を貼り付けてください。',
          'This is neither JSON nor a PEM certificate. Paste a JWKS ({"keys": […]}), a JWK, or a certificate that begins with -----BEGIN CERTIFICATE-----.',
        ),
      ],
    }
  }
  const list = isObject(read) && Array.isArray(read.keys) ? (read.keys as unknown[]) : [read]
  if (list.length > MOST) return { keys: [], findings: [said(`鍵は一度に${MOST}個までです。`, `At most ${MOST} keys at a time.`)] }
  if (list.length === 0) return { keys: [], findings: [said('鍵が一つもありません。', 'There is no key in it.')] }
  const judged = list.map(judgeJwk)
  return { keys: judged.flatMap((j) => ('key' in j ? [j.key] : [])), findings: judged.flatMap((j) => ('wrong' in j ? [j.wrong] : [])) }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function judgeJwk(value: unknown): { key: JudgedKey } | { wrong: Finding } {
  if (!isObject(value)) return { wrong: said('鍵の形をしていないものがあります。', 'Something in it is not a key.') }
  if (PRIVATE_MEMBERS.some((name) => name in value)) return { wrong: SECRET }
  const strength = strengthOf(value)
  if ('wrong' in strength) return strength
  const { alg, use } = value
  const allowed: readonly string[] = algorithms[strength.kind]
  if (use !== undefined && use !== 'sig')
    return { wrong: said('署名用（use: sig）の鍵ではありません。', 'It is not a key for signatures (use: sig).') }
  if (alg !== undefined && !(typeof alg === 'string' && allowed.includes(alg)))
    return {
      wrong: said(
        `アルゴリズム ${String(alg).slice(0, 20)} は使えません。使えるもの：${allowed.join(', ')}`,
        `The algorithm ${String(alg).slice(0, 20)} is not accepted. It may be ${allowed.join(', ')}.`,
      ),
    }
  const thumbprint = jwkThumbprint(value)
  const kid = typeof value.kid === 'string' && value.kid !== '' ? value.kid.slice(0, 200) : thumbprint
  const jwk = { ...publicMembers(value), kid, use: 'sig', ...(alg === undefined ? {} : { alg }) }
  return { key: { thumbprint, form: 'jwk', kid, about: strength.about, jwk, validUntil: null } }
}

type Strength = { kind: keyof typeof algorithms; about: string } | { wrong: Finding }

/** RSA of at least 2048 bits, or the curves P-256 and P-384. @spec CRYPTREC 暗号強度要件: at least 112 bits of strength */
function strengthOf(jwk: Record<string, unknown> | X509Certificate): Strength {
  const broken = {
    wrong: said('公開鍵として読めません。書き出しからやり直してください。', 'It cannot be read as a public key. Please export it again.'),
  }
  try {
    const key = jwk instanceof X509Certificate ? jwk.publicKey : createPublicKey({ key: publicMembers(jwk) as JsonWebKey, format: 'jwk' })
    const { modulusLength = 0, publicExponent = 0n, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
    if (key.asymmetricKeyType === 'rsa') {
      if (modulusLength < 2048 || publicExponent < 65537n)
        return {
          wrong: said(
            `RSA ${modulusLength} ビットの鍵は弱すぎます。2048 ビット以上（できれば ES384）で作り直してください。`,
            `An RSA key of ${modulusLength} bits is too weak. Make one of at least 2048 bits, or better an ES384 key.`,
          ),
        }
      return { kind: 'RSA', about: `RSA ${modulusLength}` }
    }
    const curve = { prime256v1: 'P-256', secp384r1: 'P-384' }[namedCurve]
    if (key.asymmetricKeyType === 'ec' && (curve === 'P-256' || curve === 'P-384')) return { kind: curve, about: `EC ${curve}` }
    return {
      wrong: said(
        'この種類の鍵は使えません。RSA（2048 ビット以上）か、P-256・P-384 の楕円曲線の鍵にしてください。',
        'This kind of key is not accepted. Use RSA of at least 2048 bits, or an elliptic curve key on P-256 or P-384.',
      ),
    }
  } catch {
    return broken
  }
}

const memberNames: Record<string, readonly string[]> = { RSA: ['e', 'kty', 'n'], EC: ['crv', 'kty', 'x', 'y'] }
const publicMembers = (jwk: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries((memberNames[String(jwk.kty)] ?? []).map((name) => [name, jwk[name]]))

/** SHA-256 of the members that make the key, base64url. @spec RFC 7638; another kind of key by all that it says */
export function jwkThumbprint(jwk: object): string {
  const { exp: _end, ...members } = jwk as Record<string, unknown>
  const text = JSON.stringify(String(members.kty) in memberNames ? publicMembers(members) : members)
  return createHash('sha256').update(text).digest('base64url')
}

function certificatesIn(text: string, now: Date): Pick<JudgedKeys, 'keys' | 'findings'> {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0 || blocks.length > MOST)
    return { keys: [], findings: [said(`証明書は1〜${MOST}枚です。`, `There must be 1 to ${MOST} certificates.`)] }
  const judged = blocks.map((pem) => judgeCertificate(pem, now))
  return { keys: judged.flatMap((j) => ('key' in j ? [j.key] : [])), findings: judged.flatMap((j) => ('wrong' in j ? [j.wrong] : [])) }
}

function judgeCertificate(pem: string, now: Date): { key: JudgedKey } | { wrong: Finding } {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch {
    return {
      wrong: said(
        '証明書として読めません。書き出しからやり直してください。',
        'It cannot be read as a certificate. Please export it again.',
      ),
    }
  }
  const until = certificate.validToDate
  if (until <= now)
    return {
      wrong: said(
        `この証明書は ${until.toISOString().slice(0, 10)} に期限が切れています。`,
        `This certificate ended on ${until.toISOString().slice(0, 10)}.`,
      ),
    }
  if (certificate.ca)
    return {
      wrong: said(
        '認証局の証明書です。システム自身の証明書を登録してください。',
        'This is the certificate of an authority. Register the system’s own.',
      ),
    }
  const strength = strengthOf(certificate)
  if ('wrong' in strength) return strength
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
  const about = `${strength.about} ・ ${certificate.subject.split('\n').reverse().join(',')}`
  return { key: { thumbprint, form: 'certificate', kid: certificate.serialNumber, about, jwk: null, validUntil: until } }
}
