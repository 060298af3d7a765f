import type { Context } from '#kernel/context'
import { type ListedSession, listSessions } from '#kernel/identity'
import { passkeysOf, changesOf } from '../passkey/store.ts'
import type { Change, Passkey, Subject } from '../passkey/model.ts'
import { MAX_PASSKEYS } from '../passkey/rules.ts'
import { againHref, isProven } from '../step-up/rules.ts'
import type { ProvenBy } from '#kernel/context'

/** How somebody signs in, for their own page. */
export type SecurityView = {
  passkeys: readonly Passkey[]
  /** Whether one more may be made. */
  mayAdd: boolean
  devices: readonly (ListedSession & { isCurrent: boolean })[]
  changes: readonly Change[]
  /** Whether the last proof is good for a change at this moment; if not, where one proves it again. */
  isProven: boolean
  proveHref: string
}

export type StepUp = { by: readonly ProvenBy[]; withinMinutes: number }

const LATELY = 10

/** Everything on the page about how this person signs in. */
export async function securityView(
  ctx: Pick<Context, 'db' | 'now' | 'session'>,
  about: { subject: Subject; stepUp: StepUp; path: string },
): Promise<SecurityView> {
  const { subject, stepUp, path } = about
  const passkeys = await passkeysOf(ctx.db, subject)
  const devices = await listSessions(ctx.db, ctx.now, subject)
  return {
    passkeys,
    mayAdd: passkeys.length < MAX_PASSKEYS,
    devices: devices.map((device) => ({ ...device, isCurrent: device.id === ctx.session?.id })),
    changes: await changesOf(ctx.db, subject, LATELY),
    isProven: isProven(ctx.session, stepUp, ctx.now),
    proveHref: againHref(path, stepUp.by),
  }
}

/** The same for a program, without what only the platform needs. */
export const securityJson = (view: SecurityView) => ({
  passkeys: view.passkeys.map(({ credentialId, label, backedUp, madeAt, usedAt }) => ({ credentialId, label, backedUp, madeAt, usedAt })),
  devices: view.devices,
  changes: view.changes,
  isProven: view.isProven,
})
