/** A push service and a browser that subscribed to it, as the standards describe them; decrypts by hand, not with the library that encrypts. */
import { createDecipheriv, createECDH, createHmac, createPublicKey, verify } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomBytesOf } from '#kernel/id'

const hmac = (key: Buffer, data: Buffer) => createHmac('sha256', key).update(data).digest()
const hkdf = (about: { salt: Buffer; secret: Buffer; info: Buffer; length: number }) =>
  hmac(hmac(about.salt, about.secret), Buffer.concat([about.info, Buffer.from([1])])).subarray(0, about.length)
const info = (text: string) => Buffer.from(`${text}\0`)

/** A browser's subscription. @spec RFC 8291 */
export function browser() {
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  const [own, auth] = [ecdh.getPublicKey(), randomBytesOf(16)]
  return {
    p256dh: own.toString('base64url'),
    auth: auth.toString('base64url'),
    /** @spec RFC 8188 aes128gcm, one record */
    decrypt(body: Buffer): string {
      const [salt, keyLength] = [body.subarray(0, 16), body[20]!]
      const sender = body.subarray(21, 21 + keyLength)
      const sealed = body.subarray(21 + keyLength)
      const secret = hkdf({
        salt: auth,
        secret: ecdh.computeSecret(sender),
        info: Buffer.concat([info('WebPush: info'), own, sender]),
        length: 32,
      })
      const key = hkdf({ salt, secret, info: info('Content-Encoding: aes128gcm'), length: 16 })
      const nonce = hkdf({ salt, secret, info: info('Content-Encoding: nonce'), length: 12 })
      const decipher = createDecipheriv('aes-128-gcm', key, nonce)
      decipher.setAuthTag(sealed.subarray(-16))
      const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
      return plain.subarray(0, plain.lastIndexOf(2)).toString('utf8')
    },
  }
}

export type Browser = ReturnType<typeof browser>
export type Pushed = { path: string; headers: Record<string, string>; body: Buffer }

/** What the platform signed to name itself; throws where the signature is not by the key it shows. @spec RFC 8292 */
export function vapidOf({ headers }: Pushed): { key: string; claims: { aud: string; exp: number; sub: string } } {
  const [, token, key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization ?? '') ?? []
  const [head, claims, signature] = token!.split('.')
  const point = Buffer.from(key!, 'base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }
  const good = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature!, 'base64url'),
  )
  if (!good) throw new Error('the signature is not by this key')
  return { key: key!, claims: JSON.parse(Buffer.from(claims!, 'base64url').toString('utf8')) as { aud: string; exp: number; sub: string } }
}

/** A push service that answers as it is told. */
export async function pushService() {
  const pushed: Pushed[] = []
  let answer: { status: number; headers?: Record<string, string> } = { status: 201 }
  const server: Server = createServer((request, reply) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      pushed.push({ path: request.url!, headers: request.headers as Record<string, string>, body: Buffer.concat(pieces) })
      reply.writeHead(answer.status, answer.headers).end()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    pushed,
    answers: (status: number, headers: Record<string, string> = {}) => {
      answer = { status, headers }
    },
    close: () => new Promise<void>((done) => server.close(() => done())),
  }
}
