/** A key of a client's own, and proofs that it holds it. @spec RFC 9449 section 4 */
import { createHash, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export async function dpopKey() {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  return {
    /** Proof for one request; `token` is the access token that goes with it. */
    proof: (method: string, url: string, token?: string): Promise<string> =>
      new SignJWT({
        jti: randomUUID(),
        htm: method,
        htu: url.split('?')[0],
        iat: Math.floor(Date.now() / 1000),
        ...(token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .sign(privateKey),
  }
}
