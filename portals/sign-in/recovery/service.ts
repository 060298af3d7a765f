import { findStaffSignIn } from '#care/person'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { clearSignInFailures, endAllSessions, signInLock } from '#kernel/identity'
import { endInvitations, issueInvitation } from '../invitation/store.ts'
import { endOutsideLinks } from '../outside/store.ts'
import type { ChangeKind, Subject } from '../passkey/model.ts'
import { endPasskeys, insertChange } from '../passkey/store.ts'

/** A letter from a counter is opened at home within some days. */
export const RECOVERY_HOURS = 7 * 24
export const STAFF_INVITATION_HOURS = 72

/** What helpers' rows hand over: the caller's context, or its database and instant. */
type Helped = Pick<Context, 'db' | 'now'>

const note = ({ db, now }: Helped, subject: Subject, change: { what: ChangeKind; label: string }): Promise<void> =>
  insertChange(db, { ...change, subject, id: ulid(now.getTime()), at: now })

/**
 * A code for a person who lost both card and passkey and was identified at a counter. They find it among the changes of their sign-in.
 * The row that calls asks its caller for a proof of the last minutes and is audited under the person's key.
 * @returns the code for the letter, to be shown once (`spacedToken` groups it)
 */
export async function issueRecovery(ctx: Helped, about: { personId: string; by: string; hours?: number }): Promise<string> {
  const { personId, by, hours = RECOVERY_HOURS } = about
  await note(ctx, { kind: 'citizen', id: personId }, { what: 'invitation-issued', label: '' })
  return issueInvitation(ctx.db, ctx.now, { kind: 'recovery', subjectId: personId, by, hours })
}

/** A new way in for a member of staff who lost theirs; the old ways end when it is used. @returns the code, to be shown once */
export async function issueStaffInvitation(ctx: Helped, about: { staffId: string; by: string; hours?: number }): Promise<string> {
  const { staffId, by, hours = STAFF_INVITATION_HOURS } = about
  await note(ctx, { kind: 'staff', id: staffId }, { what: 'invitation-issued', label: '' })
  return issueInvitation(ctx.db, ctx.now, { kind: 'staff', subjectId: staffId, by, hours })
}

/** Ends every passkey, session, outside sign-in and open invitation of somebody at once: a device was stolen, or a card was. @returns how many passkeys and sessions */
export async function endEveryWay(ctx: Helped, subject: Subject): Promise<{ passkeys: number; sessions: number }> {
  const passkeys = await endPasskeys(ctx.db, ctx.now, subject)
  const sessions = await endAllSessions(ctx.db, ctx.now, subject)
  await endInvitations(ctx.db, ctx.now, subject.id)
  await endOutsideLinks(ctx.db, subject)
  if (passkeys > 0) await note(ctx, subject, { what: 'passkeys-ended', label: String(passkeys) })
  if (sessions > 0) await note(ctx, subject, { what: 'devices-ended', label: String(sessions) })
  return { passkeys, sessions }
}

/** Minutes for which a login name is locked, or null. */
export const lockedFor = (db: Db, now: Date, loginName: string): Promise<number | null> => signInLock(db, now, `staff:${loginName}`)

/** Lets a locked login name try again at once. @returns false where nobody has that name */
export async function unlock(ctx: Helped, loginName: string): Promise<boolean> {
  const found = await findStaffSignIn(ctx.db, { loginName })
  if (found === undefined) return false
  await clearSignInFailures(ctx.db, `staff:${loginName}`)
  await note(ctx, { kind: 'staff', id: found.id }, { what: 'unlocked', label: '' })
  return true
}
