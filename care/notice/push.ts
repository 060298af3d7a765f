/** Signs to browsers: encrypted for one browser, signed by the platform, saying nothing about anybody. */
import webPush from 'web-push'
import type { Db } from '#kernel/database'
import { keyRing } from '#kernel/key-ring'
import type { Outbound } from '#kernel/outbound'
import type { Channel } from './model.ts'
import type { Tried } from './rules.ts'

/** The platform's key as push services and browsers write it. @spec RFC 8292 */
export type PushKey = { publicKey: string; privateKey: string }

export async function pushKey(db: Db): Promise<PushKey> {
  // The oldest: browsers subscribed to it and accept no other.
  const { jwk } = (await keyRing(db, 'web-push')).at(-1)!
  const part = (value: string | undefined) => Buffer.from(value ?? '', 'base64url')
  const publicKey = Buffer.concat([Buffer.from([4]), part(jwk.x), part(jwk.y)]).toString('base64url')
  return { publicKey, privateKey: jwk.d ?? '' }
}

const signs = {
  ja: { title: '縁 Enishi', body: '新しいお知らせがあります。開いて確かめてください。' },
  en: { title: 'Enishi', body: 'You have a new notice. Open it to read it.' },
} as const

/** What every sign says, whatever it is about. */
export const signIn = (lang: Channel['lang']): string => JSON.stringify({ ...signs[lang], url: '/me/notices' })

/** A day: what the person reads in the portal by then needs no sign any more. */
const KEPT_SECONDS = 86_400
const TIMEOUT_MS = 10_000

/** Whether the two values can be a browser's key and secret. @spec RFC 8291, section 3 */
export function areBrowserKeys({ p256dh, auth }: { p256dh: string; auth: string }): boolean {
  const [point, secret] = [Buffer.from(p256dh, 'base64url'), Buffer.from(auth, 'base64url')]
  return point.length === 65 && point[0] === 4 && secret.length === 16
}

/**
 * One try to reach a browser.
 * @spec RFC 8030, RFC 8188, RFC 8291, RFC 8292
 * @param about.contact whom the push service may write to: `https:` or `mailto:`
 */
export async function pushOnce(channel: Channel, about: { key: PushKey; contact: string; outbound: Outbound }): Promise<Tried> {
  if (channel.keys === null) return { outcome: 'gone', why: 'no-keys' }
  const { endpoint, method, headers, body } = webPush.generateRequestDetails(
    { endpoint: channel.address, keys: channel.keys },
    signIn(channel.lang),
    {
      vapidDetails: { subject: about.contact, ...about.key },
      TTL: KEPT_SECONDS,
      contentEncoding: 'aes128gcm',
      urgency: channel.urgent ? 'high' : 'normal',
      // A sign that waits at the push service is replaced by the next one.
      topic: 'enishi-notice',
    },
  )
  const sent = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length')
  const result = await about.outbound.call({
    url: endpoint,
    method,
    headers: Object.fromEntries(sent.map(([name, value]) => [name, String(value)])),
    body: body === null ? '' : new Uint8Array(body),
    timeoutMs: TIMEOUT_MS,
  })
  if (result.outcome !== 'status') return { outcome: 'failed', why: result.reason }
  if (result.status >= 200 && result.status < 300) return { outcome: 'sent' }
  const why = `status ${result.status}`
  return result.status === 404 || result.status === 410
    ? { outcome: 'gone', why }
    : { outcome: 'failed', why, retryAfterMs: result.retryAfterMs }
}
