/** What keepers may do with the system clients of the facilities within their reach. */
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type KeyHolder, type KeysSaved, planKeyEnd, retireOneKey, rotateKeys } from './key-ends.ts'
import { type Finding, judgeKeys } from './key-rules.ts'
import type { BindingPolicy } from './model.ts'
import type { ClientEntry } from './register-model.ts'
import { facilityRegister, noted, reachOf } from './registers.ts'
import * as store from './store/client.ts'

export type NewClient = {
  clientId: string
  institutionNumber: string
  name: string
  scopes: string[]
  binding: BindingPolicy
  certificateSubject: string | null
  /** A JWKS, a JWK or certificates, as pasted. */
  keys: string
}

/**
 * Scopes that a facility's system may be given: its own purposes on any type of resource, never a person's; a purpose that a law names,
 * and kinds that narrow it.
 */
const SYSTEM_SCOPE =
  /^(?:system\/(?:\*|[A-Z][A-Za-z]{2,60})\.(?:c?r?u?d?s?|read|write|\*)|purpose\/(?:HPAYMT|HRESCH|HOPERAT)|kind\/[a-z-]{3,30})$/

function judgeClient(c: Omit<NewClient, 'keys'>): Finding[] {
  const one = (field: string, ja: string, en: string): Finding => ({ field, ja, en })
  const odd = c.scopes.find((scope) => !SYSTEM_SCOPE.test(scope) || scope.endsWith('.'))
  return [
    ...(/^[a-z0-9][a-z0-9._-]{2,79}$/.test(c.clientId)
      ? []
      : [
          one(
            'clientId',
            'クライアントIDは、半角の英小文字・数字・. _ - で3〜80文字です。',
            'A client id has 3 to 80 small letters, digits, . _ or -.',
          ),
        ]),
    ...(c.name.trim() === '' || c.name.length > 120
      ? [one('name', '名称を120文字までで入力してください。', 'Enter a name, at most 120 characters.')]
      : []),
    ...(c.scopes.length === 0 ? [one('scopes', 'できることを一つは選んでください。', 'Choose at least one thing it may do.')] : []),
    ...(odd === undefined
      ? []
      : [
          one(
            'scopes',
            `「${odd.slice(0, 60)}」は、施設のシステムに与えられる範囲ではありません（system/種類.操作）。`,
            `“${odd.slice(0, 60)}” is no scope for a facility’s system (system/Type.rights).`,
          ),
        ]),
    ...(['mtls', 'dpop', 'any'].includes(c.binding)
      ? []
      : [one('binding', '結び付け方を選んでください。', 'Choose what tokens are tied to.')]),
    ...((c.certificateSubject ?? '').length > 300 ? [one('certificateSubject', '300文字までです。', 'At most 300 characters.')] : []),
  ]
}

const textsOf = (c: { name: string; scopes: readonly string[]; binding: string; certificateSubject: string | null }) => ({
  name: c.name,
  scopes: c.scopes.join(' '),
  binding: c.binding,
  certificateSubject: c.certificateSubject,
})
const of = (c: { clientId: string; institutionNumber: string }) => ({
  subject: `Client/${c.clientId}`,
  institutionNumber: c.institutionNumber,
})

export type ClientSaved = KeysSaved

const holderOf = (c: ClientEntry): KeyHolder => ({ ...of(c), clientId: c.clientId, keys: c.keys, mayBeLast: c.certificateSubject !== null })

export const clientRegister = {
  list: (ctx: Context, asked: store.ClientsAsked) => store.listClients(ctx.db, reachOf(ctx.actor), asked),

  /** @refuses not-found where it is out of reach too */
  async get(ctx: Context, clientId: string): Promise<ClientEntry> {
    return (await store.findClientEntry(ctx.db, reachOf(ctx.actor), clientId)) ?? refuse('not-found')
  },

  /** A client that may be changed: one that has not ended. @refuses not-found, client-ended */
  async live(ctx: Context, clientId: string): Promise<ClientEntry> {
    const entry = await this.get(ctx, clientId)
    return entry.endedAt === null ? entry : refuse('client-ended')
  },

  async enter(ctx: Context, given: NewClient): Promise<ClientSaved> {
    await facilityRegister.get(ctx, given.institutionNumber)
    const judged = judgeKeys(given.keys, ctx.now)
    const none = judged.keys.length === 0 && judged.findings.length === 0 && given.certificateSubject === null
    const findings = [
      ...judgeClient(given),
      ...judged.findings,
      ...(none ? [{ field: 'keys', ja: '公開鍵か証明書を貼り付けてください。', en: 'Paste a public key or a certificate.' }] : []),
    ]
    if (findings.length > 0) return { findings, secret: judged.secret }
    if (await store.clientIdTaken(ctx.db, given.clientId))
      return {
        findings: [{ field: 'clientId', ja: 'このIDは使われています。別のIDにしてください。', en: 'This id is taken. Choose another.' }],
      }
    await store.insertClient(ctx.db, { ...given, jwks: { keys: [] } })
    await store.insertKeys(ctx.db, given.clientId, { keys: judged.keys, at: ctx.now })
    await store.settleKeys(ctx.db, given.clientId)
    const after = { ...textsOf(given), keys: judged.keys.map((k) => k.kid).join(' ') }
    await noted(ctx, { ...of(given), act: 'client.enter', before: null, after })
    return { saved: given.clientId }
  },

  async change(ctx: Context, to: store.ClientChange): Promise<ClientSaved> {
    const before = await this.live(ctx, to.clientId)
    // What a client had when it came (an unbound one of a demo) may stay; it cannot be given here.
    const kept = to.binding === before.binding ? 'any' : to.binding
    const findings = judgeClient({ ...to, institutionNumber: before.institutionNumber, binding: kept })
    if (findings.length > 0) return { findings }
    await store.updateClient(ctx.db, to)
    await noted(ctx, { ...of(before), act: 'client.change', before: textsOf(before), after: textsOf(to) })
    return { saved: to.clientId }
  },

  /** Adds keys beside those in use: both count until the old ones end, on a day that is said or when they are retired. */
  async addKeys(ctx: Context, clientId: string, pasted: string, oldUntil: string | null = null): Promise<ClientSaved> {
    return rotateKeys(ctx, holderOf(await this.live(ctx, clientId)), { pasted, oldUntil })
  },

  /** Plans the last day of a key, or none. @refuses not-found */
  async endKeyOn(ctx: Context, clientId: string, to: { thumbprint: string; until: string | null }): Promise<ClientSaved> {
    return planKeyEnd(ctx, holderOf(await this.live(ctx, clientId)), to)
  },

  /** Takes a key out of use at once; the last one only with the client. @refuses not-found, last-key */
  async retireKey(ctx: Context, clientId: string, thumbprint: string): Promise<void> {
    await retireOneKey(ctx, holderOf(await this.live(ctx, clientId)), thumbprint)
  },

  /** Ends a client: its tokens say nothing from the next request on. @refuses not-found, client-ended */
  async end(ctx: Context, clientId: string): Promise<void> {
    const entry = await this.live(ctx, clientId)
    await store.endClient(ctx.db, { clientId, now: ctx.now })
    await noted(ctx, { ...of(entry), act: 'client.end', before: { endedAt: null }, after: { endedAt: ctx.now.toISOString() } })
  },
}
