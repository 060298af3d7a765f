/**
 * A signature of staff as text that travels beside its document: JWS with detached content and the signer's certificates inside.
 *
 * There is one way to write a header, and reading demands exactly that way: nothing may stand twice, nothing unknown may stand
 * at all, so no second reader can see another key, algorithm or content than we did.
 *
 * @spec RFC 7515, 4 and appendix F https://www.rfc-editor.org/rfc/rfc7515
 */
import type { SignatureAlgorithm, Signer } from './signing.ts'

export const JWS_TYPE = 'enishi-signature+jws'
const MAX_HEADER = 64 * 1024
const MAX_CERTIFICATES = 4
const algorithms: readonly string[] = ['RS256', 'PS256', 'ES256', 'ES384'] satisfies SignatureAlgorithm[]

export type SignatureHeader = {
  alg: SignatureAlgorithm
  typ: typeof JWS_TYPE
  /** media type of the document, without parameters */
  cty: string
  /** instant that the signer's side claims, seconds since 1970; no proof of time */
  iat: number
  /** certificates as RFC 7515 has them: DER in base64, the signer's own first */
  x5c: readonly string[]
}

export type DocumentToSign = { signer: Signer; keyRef: string; pin: string; document: Uint8Array; contentType: string; at: Date }

/**
 * Signs a document; the answer is `header..signature`. Keep it beside the document's exact bytes.
 * @refuses whatever the signer refuses
 */
export async function signDetached({ signer, keyRef, pin, document, contentType, at }: DocumentToSign): Promise<string> {
  const chain = await signer.certificateChain(keyRef)
  const x5c = chain.slice(0, MAX_CERTIFICATES).map((pem) => pem.replace(/-----[A-Z ]+-----|\s+/g, ''))
  const alg = await signer.algorithm(keyRef)
  const header = encodeHeader({ alg, typ: JWS_TYPE, cty: contentType, iat: Math.floor(at.getTime() / 1000), x5c })
  const signed = await signer.sign({ data: signingInput(header, document), keyRef, pin })
  return `${header}..${Buffer.from(signed.signature).toString('base64url')}`
}

export type OpenedSignature = {
  header: SignatureHeader
  certificatePem: string
  signature: Buffer
  /** what the signature was made over */
  signedData: Buffer
}

/** Takes a detached signature apart over the bytes it stands beside; null where it is written in any way but ours. Judges nothing. */
export function openDetached(jws: string, document: Uint8Array): OpenedSignature | null {
  if (jws.length > MAX_HEADER + 2_048) return null
  const parts = jws.split('.')
  const [encoded = '', content, signature = ''] = parts
  if (parts.length !== 3 || content !== '') return null
  const [headerBytes, signatureBytes] = [strictBase64url(encoded), strictBase64url(signature)]
  const header = headerBytes === null ? null : readHeader(headerBytes.toString('utf8'))
  if (header === null || signatureBytes === null || encodeHeader(header) !== encoded) return null
  return { header, certificatePem: pemOf(header.x5c[0]!), signature: signatureBytes, signedData: signingInput(encoded, document) }
}

const signingInput = (header: string, document: Uint8Array): Buffer =>
  Buffer.from(`${header}.${Buffer.from(document).toString('base64url')}`, 'latin1')

const encodeHeader = ({ alg, typ, cty, iat, x5c }: SignatureHeader): string =>
  Buffer.from(JSON.stringify({ alg, typ, cty, iat, x5c }), 'utf8').toString('base64url')

function strictBase64url(text: string): Buffer | null {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}

function readHeader(text: string): SignatureHeader | null {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof read !== 'object' || read === null) return null
  const { alg, typ, cty, iat, x5c } = read as Partial<Record<keyof SignatureHeader, unknown>>
  if (typeof alg !== 'string' || !algorithms.includes(alg) || typ !== JWS_TYPE) return null
  if (typeof cty !== 'string' || !/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(cty) || !Number.isSafeInteger(iat)) return null
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAX_CERTIFICATES) return null
  if (!x5c.every((one): one is string => typeof one === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(one))) return null
  return { alg: alg as SignatureAlgorithm, typ: JWS_TYPE, cty, iat: iat as number, x5c }
}

const pemOf = (base64: string): string =>
  `-----BEGIN CERTIFICATE-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`
