/** What is decided about passkeys without asking anybody. Pure. */
import { createHash } from 'node:crypto'
import type { Subject } from './model.ts'

/** A passkey answers its challenge within two minutes. */
export const PASSKEY_SECONDS = 120

/** More devices than this nobody keeps an eye on. */
export const MAX_PASSKEYS = 10

/** For which site passkeys are made. @spec Web Authentication Level 2: the RP ID is the host of the origin */
export const sitesOf = (baseUrl: string): { rpId: string; origin: string } => {
  const { hostname, origin } = new URL(baseUrl)
  return { rpId: hostname, origin }
}

/**
 * The origin an answer must come from. The demo is opened at whatever port of this machine was free.
 * @param claimed the origin that the browser signed
 */
export function originExpected(baseUrl: string, claimed: string, demo: boolean): string {
  const { origin, rpId } = sitesOf(baseUrl)
  const isLocal = demo && rpId === 'localhost' && URL.canParse(claimed) && new URL(claimed).hostname === 'localhost'
  return isLocal ? new URL(claimed).origin : origin
}

export type CounterVerdict = 'fine' | 'cloned'

/**
 * An authenticator counts its signatures; one that counts backwards, or says a number twice, is two authenticators with one key.
 * Keychains that several devices share do not count and always say 0.
 * @spec Web Authentication Level 2, section 7.2 step 21
 */
export const counterVerdict = (kept: number, said: number): CounterVerdict =>
  (kept === 0 && said === 0) || said > kept ? 'fine' : 'cloned'

/** What the authenticator keeps for whom: says nothing about the person, and is the same for every passkey of theirs. */
export const userHandle = ({ kind, id }: Subject): Buffer => createHash('sha256').update(`enishi-user:${kind}:${id}`).digest()

/** A challenge belongs to one use, and to the browser or session that asked for it. */
export const bindingFor = (use: 'sign-in' | 'again' | 'new' | 'invitation', holder: string): Buffer =>
  createHash('sha256').update(`passkey-${use}:${holder}`).digest()

const systems: readonly [pattern: RegExp, name: string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/CrOS/, 'Chromebook'],
  [/Linux/, 'Linux'],
]
const browsers: readonly [pattern: RegExp, name: string][] = [
  [/Edg\//, 'Edge'],
  [/Firefox\/|FxiOS/, 'Firefox'],
  [/Chrome\/|CriOS/, 'Chrome'],
  [/Safari\//, 'Safari'],
]

/** What a person may know a device by, out of what its browser says of itself; '' where it says nothing known. */
export function deviceLabel(userAgent: string | undefined): string {
  const named = (list: typeof systems) => list.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1]
  return [named(systems), named(browsers)].filter((one) => one !== undefined).join(' · ')
}

/** A label as typed: one line, no more than 40 characters. */
export const tidyLabel = (typed: string): string =>
  [
    ...typed
      .normalize('NFC')
      .replace(/[\p{C}\s]+/gu, ' ')
      .trim(),
  ]
    .slice(0, 40)
    .join('')
