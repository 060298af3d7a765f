import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import * as OTPAuth from 'otpauth'

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>

/** Password as `scrypt$salt$hash`, both base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt$${salt.toString('base64url')}$${(await derive(password.normalize('NFKC'), salt, 32)).toString('base64url')}`
}

/** A stored form nobody can match; checked where the login name is unknown, so that the answer takes as long. */
export const NOBODY = `scrypt$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(32).toString('base64url')}`

export async function passwordMatches(stored: string, password: string): Promise<boolean> {
  // Who never set a password matches none, and the answer takes as long.
  const [, salt, hash] = (stored === '' ? NOBODY : stored).split('$')
  const expected = Buffer.from(hash!, 'base64url')
  return (
    timingSafeEqual(await derive(password.normalize('NFKC'), Buffer.from(salt!, 'base64url'), 32), expected) &&
    stored !== NOBODY &&
    stored !== ''
  )
}

/**
 * Time step that a one-time code belongs to (RFC 6238, SHA-1, six digits, 30 seconds, one step either side), or null.
 */
export function totpStep(secretBase32: string, code: string, now: Date): number | null {
  if (!/^[0-9]{6}$/.test(code)) return null
  const totp = new OTPAuth.TOTP({ secret: OTPAuth.Secret.fromBase32(secretBase32) })
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: 1 })
  return delta === null ? null : Math.floor(now.getTime() / 30_000) + delta
}

export function newTotpSecret(): string {
  return new OTPAuth.Secret({ size: 20 }).base32
}
