import { createHash, randomBytes } from 'node:crypto'
import { type Card, type CardHolder, liveHolder, type Person, type PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { transact } from '#kernel/database'
import { ulid } from '#kernel/id'
import { endSession, forgetSignInFailures } from '#kernel/identity'
import { refuse } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'
import { type Begun, begin } from './begin.ts'
import { forgetPlaces } from './desk/store.ts'
import { forgetInvitations } from './invitation/store.ts'
import { forgetTickets } from './first/store.ts'
import { forgetLaunches } from './launch/index.ts'
import type { CardCheck } from './model.ts'
import { forgetTries } from './outside/store.ts'
import { forgetChanges, insertChange } from './passkey/store.ts'
import { forgetAddresses, isRecoveryCode, recoveryCodesLeft, spendRecoveryCode } from './recovery/store.ts'
import { CHALLENGE_SECONDS } from './rules.ts'
import * as store from './store.ts'

export type SignInService = ReturnType<typeof signInService>

/** What the browser sends back: the challenge by its id or by its bytes. */
export type CardAnswer = {
  which: { id: string } | { challenge: Buffer }
  certificatePem: string
  signature: Uint8Array
  /** The browser's pre-session, where it has one. */
  browser: string | undefined
  /** Told of a good card that nobody has, before it is refused. */
  onUnknown?: (card: Card) => Promise<void>
}

export type Credentials = { loginName: string; password: string; totp: string }

const bindingOf = (browser: string | undefined): Buffer | null =>
  browser === undefined ? null : createHash('sha256').update(browser).digest()

/** The card's own sentence, and its code for programs. @refuses card-refused */
function refuseCard({ refused, ja, en }: { refused: string; ja: string; en: string }): never {
  const issue = { code: 'security', path: 'certificatePem', ja, en }
  return refuse('card-refused', { ja, en }, [
    { ...issue, severity: 'error', ruleId: 'card-refused' },
    { ...issue, severity: 'information', ruleId: refused },
  ])
}

/** Signing in: by card for people, by name, password and one-time code for staff. */
export function signInService({ person, cards }: { person: PersonService; cards: CardCheck }) {
  /** A certificate that its authority names as the follower of a known one leads to the same person from now on. */
  async function successor(ctx: Context, card: Card): Promise<CardHolder | undefined> {
    const old = await cards.previousOf?.({ ...card, now: ctx.now })
    if (!old || (await person.cards.holder(ctx, old)) === undefined) return undefined
    const about = { old, card, basis: 'authority', by: { kind: 'authority', id: card.issuer } } as const
    await transact(ctx.db, (db) => person.cards.replace({ db, now: ctx.now }, about))
    return person.cards.holder(ctx, card)
  }

  return {
    async challenge(ctx: Context, browser: string | undefined): Promise<{ id: string; challenge: string; expiresAt: string }> {
      const challenge = randomBytes(32)
      const expiresAt = new Date(ctx.now.getTime() + CHALLENGE_SECONDS * 1000)
      const id = ulid(ctx.now.getTime())
      await store.insertChallenge(ctx.db, { id, challenge, binding: bindingOf(browser), expiresAt })
      return { id, challenge: challenge.toString('base64url'), expiresAt: expiresAt.toISOString() }
    },

    /**
     * The person whose card answered the challenge.
     * @refuses challenge-used where it is unknown, used, expired or another browser's; card-refused, card-not-linked
     */
    async proveCard(ctx: Context, answer: CardAnswer): Promise<Person> {
      const spent = (await store.spendChallenge(ctx.db, ctx.now, answer.which)) ?? refuse('challenge-used')
      if (spent.binding !== null && bindingOf(answer.browser)?.equals(spent.binding) !== true) refuse('challenge-used')
      const { certificatePem, signature } = answer
      const card = await cards.check({ certificatePem, signature, challenge: spent.challenge, now: ctx.now })
      if ('refused' in card) return refuseCard(card)
      const holder = (await person.cards.holder(ctx, card)) ?? (await successor(ctx, card))
      if (holder === undefined && answer.onUnknown !== undefined) await answer.onUnknown(card)
      const found = liveHolder(holder)
      ctx.audit({ ...(found.keys[0] === undefined ? {} : { key: found.keys[0] }), resource: `Person/${found.id}` })
      return found
    },

    async byCard(ctx: Context, request: RouteRequest, answer: CardAnswer): Promise<Begun> {
      const { id } = await this.proveCard(ctx, answer)
      return begin(ctx, request, { kind: 'citizen', id, provenBy: 'card' })
    },

    /**
     * The member of staff who knows the password and has the code, or one of their recovery codes, which is then spent.
     * @refuses sign-in-failed, sign-in-locked, try-again where a try of the same name is under way
     */
    async provePassword(ctx: Context, given: Credentials): Promise<{ id: string }> {
      if (!(await store.oneTryAtATime(ctx.db, given.loginName))) refuse('try-again')
      const spend = async (staffId: string) => {
        if (!isRecoveryCode(given.totp) || !(await spendRecoveryCode(ctx.db, ctx.now, staffId, given.totp))) return false
        const label = String(await recoveryCodesLeft(ctx.db, staffId))
        const subject = { kind: 'staff' as const, id: staffId }
        await insertChange(ctx.db, { id: ulid(ctx.now.getTime()), subject, at: ctx.now, what: 'recovery-code-used', label })
        return true
      }
      const staff = await person.proveStaff(ctx, { ...given, spend })
      ctx.audit({ resource: `Staff/${staff.id}` })
      return staff
    },

    async byPassword(ctx: Context, request: RouteRequest, given: Credentials): Promise<Begun> {
      const { id } = await this.provePassword(ctx, given)
      return begin(ctx, request, { kind: 'staff', id, provenBy: 'password-totp' })
    },

    async end(ctx: Context): Promise<void> {
      if (ctx.sessionId !== null) await endSession(ctx.db, ctx.now, ctx.sessionId)
      const { actor } = ctx
      if (actor.kind === 'citizen' && actor.keys[0] !== undefined) ctx.audit({ key: actor.keys[0] })
    },

    /** Forgets what has ended: challenges, invitations, launches, places, changes, failed tries. */
    async clear({ db, now }: { db: Context['db']; now: Date }): Promise<void> {
      await store.forgetChallenges(db, now)
      await forgetInvitations(db, now)
      await forgetPlaces(db, now)
      await forgetChanges(db, now)
      await forgetAddresses(db, now)
      await forgetLaunches(db, now)
      await forgetTries(db, now)
      await forgetTickets(db, now)
      await forgetSignInFailures(db, now)
    },
  }
}
