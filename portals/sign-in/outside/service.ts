import { randomBytes } from 'node:crypto'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { transact } from '#kernel/database'
import { ulid } from '#kernel/id'
import { type Accounts, renewProof } from '#kernel/identity'
import { cookie } from '#kernel/proof'
import { refuse } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'
import { type Begun, begin } from '../begin.ts'
import { DESK_COOKIE } from '../desk/cookies.ts'
import { findDesk } from '../desk/store.ts'
import type { InvitationService } from '../invitation/service.ts'
import { insertChange } from '../passkey/store.ts'
import type { OutsideClient } from './client.ts'
import type { OutsideAudience, OutsideLink, Proven, Try, Wish } from './model.ts'
import { errorWord } from './wire.ts'
import * as store from './store.ts'

export type OutsideClients = Partial<Record<OutsideAudience, OutsideClient>>
export type OutsideDeps = {
  clients: OutsideClients
  person: PersonService
  accounts: Accounts
  invitations: InvitationService
  baseUrl: string
}

/** What comes back: somebody in, or somebody who was in already and goes on. */
export type Came = { begun: Begun; next: string | null } | { begun: null; next: string | null }

type Back = { audience: OutsideAudience; browser: string; request: RouteRequest; invitation: string | undefined }

const holderOf = (kind: OutsideAudience, id: string): OutsideLink['holder'] => ({ kind, id })

type Changed = { issuer: string; subject: string; label: string }

/**
 * Lets a subject of a provider lead to somebody, who finds it among the changes of their sign-in. Called again it changes nothing.
 * @refuses outside-of-another
 */
export async function enterOutsideLink(
  ctx: Pick<Context, 'db' | 'now'>,
  holder: OutsideLink['holder'],
  about: Changed & { by: string },
): Promise<void> {
  const { issuer, subject, label, by } = about
  const of = { issuer, subject, kind: holder.kind }
  const known = await store.findOutsideLink(ctx.db, of)
  const id = known ?? (await store.linkOutside(ctx.db, ctx.now, { ...of, holderId: holder.id, by }))
  if (id !== holder.id) refuse('outside-of-another')
  if (known !== undefined) return
  await insertChange(ctx.db, { id: ulid(ctx.now.getTime()), subject: holder, at: ctx.now, what: 'outside-linked', label })
}

/** Ends what `enterOutsideLink` made. @refuses not-found */
export async function dropOutsideLink(
  ctx: Pick<Context, 'db' | 'now'>,
  holder: OutsideLink['holder'],
  { issuer, subject, label }: Changed,
): Promise<void> {
  if (!(await store.endOutsideLink(ctx.db, holder, { issuer, subject }))) refuse('not-found')
  await insertChange(ctx.db, { id: ulid(ctx.now.getTime()), subject: holder, at: ctx.now, what: 'outside-unlinked', label })
}

export type OutsideService = ReturnType<typeof outsideService>

/** Signing in through a provider that the operator brought. The provider is called outside of any transaction. */
export function outsideService({ clients, person, accounts, invitations, baseUrl }: OutsideDeps) {
  const clientOf = (audience: OutsideAudience): OutsideClient => clients[audience] ?? refuse('address-unknown')
  const redirectUri = (audience: OutsideAudience) => `${baseUrl}/sign-in/outside/${audience}/back`

  async function keyOf(ctx: Context, { kind, id }: OutsideLink['holder']): Promise<{ key?: string }> {
    const key = kind === 'citizen' ? (await person.find(ctx, id))?.keys[0] : undefined
    return key === undefined ? {} : { key }
  }

  /** Puts it into the log, into the person's own too. */
  async function noteHolder(ctx: Context, holder: OutsideLink['holder']): Promise<void> {
    ctx.audit({ ...(await keyOf(ctx, holder)), resource: `${holder.kind === 'staff' ? 'Staff' : 'Person'}/${holder.id}` })
  }

  const link = (ctx: Context, holder: OutsideLink['holder'], { issuer, subject }: Proven): Promise<void> =>
    enterOutsideLink(ctx, holder, { issuer, subject, by: holder.id, label: clients[holder.kind]?.settings.name.ja ?? issuer })

  async function signIn(ctx: Context, { audience, request }: Back, proven: Proven): Promise<Begun> {
    const id = (await store.findOutsideLink(ctx.db, { ...proven, kind: audience })) ?? refuse('outside-not-linked')
    const works = audience === 'citizen' ? await person.find(ctx, id) : await accounts.staff(ctx.db, id)
    // Whoever ended, or whose licence did, is known elsewhere still and is nobody here.
    if (works === undefined) return refuse('outside-not-linked')
    await noteHolder(ctx, holderOf(audience, id))
    return begin(ctx, request, { kind: audience, id, provenBy: 'outside', provenAt: provenAtOf(ctx, proven) })
  }

  async function proveAgain(ctx: Context, { sessionId }: Try, audience: OutsideAudience, proven: Proven): Promise<void> {
    const { actor, session } = ctx
    if (session === undefined || session.id !== sessionId || actor.kind !== audience) return refuse('outside-over')
    const id = await store.findOutsideLink(ctx.db, { ...proven, kind: audience })
    if (id !== actor.id) refuse('proof-of-another')
    await noteHolder(ctx, holderOf(audience, actor.id))
    await renewProof(ctx.db, ctx.now, session.id, 'outside')
  }

  async function linkOwn(ctx: Context, { sessionId }: Try, audience: OutsideAudience, proven: Proven): Promise<void> {
    const { actor, session } = ctx
    if (session === undefined || session.id !== sessionId || actor.kind !== audience) return refuse('outside-over')
    await link(ctx, holderOf(audience, actor.id), proven)
    await noteHolder(ctx, holderOf(audience, actor.id))
  }

  async function finish(ctx: Context, tried: Try, back: Back, proven: Proven): Promise<Came> {
    const { next } = tried
    if (tried.wish === 'sign-in') return { begun: await signIn(ctx, back, proven), next }
    if (tried.wish === 'invitation') {
      const holder = await invitations.byOutside(ctx, back.invitation ?? refuse('invitation-invalid'), back.audience)
      await link(ctx, holder, proven)
      return { begun: await signIn(ctx, back, proven), next }
    }
    await (tried.wish === 'again' ? proveAgain : linkOwn)(ctx, tried, back.audience, proven)
    return { begun: null, next }
  }

  return {
    has: (audience: OutsideAudience): boolean => clients[audience] !== undefined,
    nameOf: (audience: OutsideAudience) => clientOf(audience).settings.name,

    /** Sends the browser away. @returns where to @refuses outside-unreachable, outside-unfit */
    async start(
      ctx: Context,
      about: { audience: OutsideAudience; wish: Wish; browser: string; next: string | null; request: RouteRequest },
    ): Promise<string> {
      const { audience, wish, browser, next, request } = about
      const client = clientOf(audience)
      // At a desk that several people share, the provider's own session may be the colleague's who sat there before.
      const shared = (await findDesk(ctx.db, cookie(request.headers, DESK_COOKIE))) !== undefined
      const tried: Try = {
        audience,
        browserHash: store.hashOf(browser),
        verifier: randomBytes(32).toString('base64url'),
        nonce: randomBytes(32).toString('base64url'),
        wish,
        sessionId: wish === 'again' || wish === 'link' ? (ctx.session?.id ?? null) : null,
        next,
        since: wish !== 'sign-in' || shared ? ctx.now : null,
      }
      const state = await store.insertTry(ctx.db, ctx.now, tried)
      return client.ask(ctx.now, { state, redirectUri: redirectUri(audience), about: tried })
    },

    /** Somebody came back with what the provider answered. @refuses outside-…, proof-of-another, invitation-invalid */
    async comeBack(ctx: Context, back: Back): Promise<Came> {
      const { audience, browser, request } = back
      const { query } = request
      const client = clientOf(audience)
      const found = await store.spendTry(ctx.db, ctx.now, query.get('state') ?? '')
      if (found === 'used') return refuse('outside-replayed')
      const tried = found ?? refuse('outside-over')
      if (!tried.browserHash.equals(store.hashOf(browser))) return refuse('outside-other-browser')
      if (tried.audience !== audience) return refuse('outside-mixed-up')
      await client.heldTo(ctx.now, query.get('iss'))
      const error = query.get('error')
      if (error !== null) return refuse('outside-declined', { reason: errorWord(error) })
      const code = query.get('code') ?? ''
      const proven = await client.prove(ctx.now, { code, iss: query.get('iss'), redirectUri: redirectUri(audience), about: tried })
      return transact(ctx.db, (db) => finish({ ...ctx, db }, tried, back, proven))
    },

    /** Outside sign-ins of somebody. */
    linksOf: (ctx: Context, holder: OutsideLink['holder']): Promise<OutsideLink[]> => store.outsideLinksOf(ctx.db, holder),

    /** Ends one of one's own. @refuses not-found */
    async unlink(ctx: Context, holder: OutsideLink['holder'], which: { issuer: string; subject: string }): Promise<void> {
      await dropOutsideLink(ctx, holder, { ...which, label: clients[holder.kind]?.settings.name.ja ?? which.issuer })
      await noteHolder(ctx, holder)
    },
  }
}

/** A provider that does not say when it proved somebody may have done so yesterday: nothing that asks for a fresh proof opens. */
const provenAtOf = ({ now }: Context, { provenAt }: Proven): Date => {
  const longAgo = new Date(now.getTime() - 24 * 3600_000)
  return provenAt === null ? longAgo : provenAt > now ? now : provenAt
}
