import { createHash, randomBytes } from 'node:crypto'
import type { PersonService } from '#care/person'
import type { Context, ProvenBy } from '#kernel/context'
import { ulid } from '#kernel/id'
import { endSession, startSession } from '#kernel/identity'
import { refuse } from '#kernel/refusal'
import type { CardCheck } from './model.ts'
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
}

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

/** A new session ends the one the browser came with, so that two people never share one. */
async function begin(ctx: Context, subject: { kind: 'citizen' | 'staff'; id: string; provenBy: ProvenBy }): Promise<string> {
  if (ctx.sessionId !== null) await endSession(ctx.db, ctx.now, ctx.sessionId)
  return startSession(ctx.db, ctx.now, subject)
}

/** Signing in: by card for people, by name, password and one-time code for staff. */
export function signInService({ person, cards }: { person: PersonService; cards: CardCheck }) {
  return {
    async challenge(ctx: Context, browser: string | undefined): Promise<{ id: string; challenge: string; expiresAt: string }> {
      const challenge = randomBytes(32)
      const expiresAt = new Date(ctx.now.getTime() + CHALLENGE_SECONDS * 1000)
      const id = ulid(ctx.now.getTime())
      await store.insertChallenge(ctx.db, { id, challenge, binding: bindingOf(browser), expiresAt })
      return { id, challenge: challenge.toString('base64url'), expiresAt: expiresAt.toISOString() }
    },

    /**
     * The session of the person whose card answered the challenge.
     * @refuses challenge-used where it is unknown, used, expired or another browser's; card-refused, card-not-linked
     */
    async byCard(ctx: Context, answer: CardAnswer): Promise<string> {
      const spent = (await store.spendChallenge(ctx.db, ctx.now, answer.which)) ?? refuse('challenge-used')
      if (spent.binding !== null && bindingOf(answer.browser)?.equals(spent.binding) !== true) refuse('challenge-used')
      const { certificatePem, signature } = answer
      const card = await cards.check({ certificatePem, signature, challenge: spent.challenge, now: ctx.now })
      if ('refused' in card) return refuseCard(card)
      const found = await person.requireHolder(ctx, card)
      ctx.audit({ ...(found.keys[0] === undefined ? {} : { key: found.keys[0] }), resource: `Person/${found.id}` })
      return begin(ctx, { kind: 'citizen', id: found.id, provenBy: 'card' })
    },

    /** @refuses sign-in-failed, sign-in-locked, try-again where a try of the same name is under way */
    async byPassword(ctx: Context, given: { loginName: string; password: string; totp: string }): Promise<string> {
      if (!(await store.oneTryAtATime(ctx.db, given.loginName))) refuse('try-again')
      const staff = await person.proveStaff(ctx, given)
      ctx.audit({ resource: `Staff/${staff.id}` })
      return begin(ctx, { kind: 'staff', id: staff.id, provenBy: 'password-totp' })
    },

    async end(ctx: Context): Promise<void> {
      if (ctx.sessionId !== null) await endSession(ctx.db, ctx.now, ctx.sessionId)
      const { actor } = ctx
      if (actor.kind === 'citizen' && actor.keys[0] !== undefined) ctx.audit({ key: actor.keys[0] })
    },

    clear: (job: { db: Context['db']; now: Date }): Promise<void> => store.forgetChallenges(job.db, job.now),
  }
}
