import type { KindId } from './kinds.ts'

/** Small facts of a notice: names of institutions and staff, ids. Never what stands in the record. */
export type Facts = Readonly<Record<string, string>>

/** Something a person is told. `key`: the patient key it concerns; `requestId`: the request of the log it is about, '' where there is none. */
export type Notice = {
  key: string
  id: string
  kind: KindId
  facts: Facts
  requestId: string
  /** When it happened, and when the notice was there to be read. */
  at: Date
  takenAt: Date
  readAt: Date | null
}

/** How often a person wants a sign outside the portal of what is not urgent: each time, once a day, never. The portal lists everything. */
export const wishes = ['each', 'daily', 'none'] as const
export type Wish = (typeof wishes)[number]

/**
 * Where a sign goes: a browser that subscribed, or a mail address.
 * `asked`: an address nobody has confirmed yet; `parked`: failed for days, tried again at the next notice; `ended`: gone for good.
 */
export type ChannelState = 'asked' | 'live' | 'parked' | 'ended'
export type Channel = {
  personId: string
  id: string
  kind: 'push' | 'mail'
  /** The push service's address for this browser, or the mail address. */
  address: string
  /** The browser's public key and secret; null for mail. @spec RFC 8291 */
  keys: { p256dh: string; auth: string } | null
  label: string
  lang: 'ja' | 'en'
  state: ChannelState
  /** Why it is parked or ended, in a word; '' otherwise. */
  why: string
  /** Value of the link that confirms a mail address, and until when; null once confirmed. */
  token: string | null
  tokenUntil: Date | null
  /** Signs owed since it was made, and how many of them went out: one sign pays for all that was owed when it left. */
  owed: number
  sent: number
  urgent: boolean
  dueAt: Date | null
  tries: number
  failingSince: Date | null
  madeAt: Date
  arrivedAt: Date | null
}
