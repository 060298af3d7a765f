import { findStaffSignIn, hashPassword, newTotpSecret, type PersonService, setStaffSecrets, totpStep } from '#care/person'
import type { Context } from '#kernel/context'
import { endAllSessions } from '#kernel/identity'
import { refuse } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'
import { type Begun, begin } from '../begin.ts'
import type { attestationOf } from '../passkey/answers.ts'
import type { Subject } from '../passkey/model.ts'
import { deviceLabel } from '../passkey/rules.ts'
import type { Enrolment, PasskeyService } from '../passkey/service.ts'
import { endOutsideLinks } from '../outside/store.ts'
import { dropRecoveryCodes, makeRecoveryCodes } from '../recovery/store.ts'
import * as store from './store.ts'

export type Invited = store.Invitation & { subject: Subject; name: string; account: string; key: string | null }
export type InvitationService = ReturnType<typeof invitationService>

/** The use of invitations: whoever holds one sets a new way in, and every earlier one ends. */
export function invitationService({ passkeys, person }: { passkeys: PasskeyService; person: PersonService }) {
  /** @refuses invitation-invalid */
  async function invited(ctx: Context, token: string): Promise<Invited> {
    const found = (await store.findInvitation(ctx.db, ctx.now, token)) ?? refuse('invitation-invalid')
    if (found.kind === 'staff') {
      const staff = (await findStaffSignIn(ctx.db, { id: found.subjectId })) ?? refuse('invitation-invalid')
      return { ...found, subject: { kind: 'staff', id: staff.id }, name: staff.name, account: staff.loginName, key: null }
    }
    const whose = (await person.find(ctx, found.subjectId)) ?? refuse('invitation-invalid')
    return { ...found, subject: { kind: 'citizen', id: whose.id }, name: whose.name, account: '', key: whose.keys[0] ?? null }
  }

  /** Spends the invitation and ends every earlier way in. @refuses invitation-invalid where somebody was faster */
  async function use(ctx: Context, token: string, { subject, key }: Invited): Promise<void> {
    if (!(await store.spendInvitation(ctx.db, ctx.now, token))) refuse('invitation-invalid')
    await passkeys.removeAll(ctx, subject)
    await endAllSessions(ctx.db, ctx.now, subject)
    await endOutsideLinks(ctx.db, subject)
    if (subject.kind === 'staff') {
      await setStaffSecrets(ctx.db, subject.id, { passwordHash: '', totpSecret: '' })
      await dropRecoveryCodes(ctx.db, subject.id)
    }
    await store.dropPending(ctx.db, pendingOwner(subject))
    await passkeys.note(ctx, { subject, what: 'invitation-used', label: '' })
    ctx.audit({ ...(key === null ? {} : { key }), resource: `${subject.kind === 'staff' ? 'Staff' : 'Person'}/${subject.id}` })
  }

  const enrolmentOf = ({ subject, name, account }: Invited, token: string): Enrolment => ({
    subject,
    userName: account || name,
    displayName: name,
    use: 'invitation',
    holder: store.foldToken(token),
  })

  return {
    invited,

    /** The secret of the code that is being set up: the same while its page is looked at again. */
    secret: (ctx: Context, { subject }: Invited): Promise<string> =>
      store.pendingSecret(ctx.db, ctx.now, { owner: pendingOwner(subject), fresh: newTotpSecret() }),

    async passkeyOptions(ctx: Context, token: string) {
      return passkeys.enrolmentOptions(ctx, enrolmentOf(await invited(ctx, token), token))
    },

    async byPasskey(
      ctx: Context,
      request: RouteRequest,
      given: { token: string; response: ReturnType<typeof attestationOf> },
    ): Promise<Begun> {
      const who = await invited(ctx, given.token)
      const { subject, use: kind, holder } = enrolmentOf(who, given.token)
      await use(ctx, given.token, who)
      const label = deviceLabel(request.headers['user-agent'])
      await passkeys.enrol(ctx, { subject, use: kind, holder, response: given.response, label })
      return begin(ctx, request, { ...subject, provenBy: 'passkey' })
    },

    /**
     * Password and one-time code, both proven by being typed.
     * @returns the session and ten recovery codes, to be shown once; null where the code is not that of the secret
     */
    async byPassword(
      ctx: Context,
      request: RouteRequest,
      given: { token: string; password: string; totp: string },
    ): Promise<{ begun: Begun; codes: string[] } | null> {
      const who = await invited(ctx, given.token)
      if (who.kind !== 'staff') return refuse('not-permitted')
      const secret = await store.waitingSecret(ctx.db, ctx.now, pendingOwner(who.subject))
      if (secret === undefined || totpStep(secret, given.totp, ctx.now) === null) return null
      await use(ctx, given.token, who)
      await setStaffSecrets(ctx.db, who.subject.id, { passwordHash: await hashPassword(given.password), totpSecret: secret })
      await passkeys.note(ctx, { subject: who.subject, what: 'password-set', label: '' })
      await passkeys.note(ctx, { subject: who.subject, what: 'code-set', label: '' })
      const codes = await makeRecoveryCodes(ctx.db, ctx.now, who.subject.id)
      return { begun: await begin(ctx, request, { ...who.subject, provenBy: 'password-totp' }), codes }
    },

    /** Spends an invitation for an outside sign-in, which the caller links. @refuses invitation-invalid, not-permitted where it is for others */
    async byOutside(ctx: Context, token: string, kind: Subject['kind']): Promise<Subject> {
      const who = await invited(ctx, token)
      if (who.subject.kind !== kind) return refuse('not-permitted')
      await use(ctx, token, who)
      return who.subject
    },

    /** A person's letter, used without making a passkey. */
    async once(ctx: Context, request: RouteRequest, token: string): Promise<Begun> {
      const who = await invited(ctx, token)
      if (who.kind !== 'recovery') return refuse('not-permitted')
      await use(ctx, token, who)
      return begin(ctx, request, { ...who.subject, provenBy: 'recovery' })
    },
  }
}

export const pendingOwner = ({ kind, id }: Subject): string => `${kind}:${id}`
