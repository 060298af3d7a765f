/** What the operator may do with the apps of the register. */
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { AppClient, FoundApp } from './app-model.ts'
import { type KeyHolder, planKeyEnd, retireOneKey, rotateKeys } from './key-ends.ts'
import { type Finding, judgeKeys } from './key-rules.ts'
import type { ClientKey } from './register-model.ts'
import { noted, operatorOnly, type Saved } from './registers.ts'
import { endApp, insertApp, listApps, updateApp } from './store/app.ts'
import { clientIdTaken, insertKeys, keysOf, settleKeys } from './store/client.ts'

/** An app as a form gives it; `keys` as pasted, '' for an app that keeps none or whose keys stay. */
export type GivenApp = Omit<AppClient, 'jwks' | 'certificates' | 'institutionNumber' | 'grantTypes' | 'authMethod'> & { keys: string }

const APP_SCOPE =
  /^(?:(?:patient|user)\/(?:\*|[A-Z][A-Za-z]{2,60})\.(?:c?r?u?d?s?|read|write|\*)(?:\?[\w=:|/.%-]{1,200})?|launch|launch\/patient|launch\/encounter|openid|fhirUser|profile|offline_access|online_access)$/

/** An address of the web over TLS; without it only on the machine itself, for those who build an app. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text) || text.length > 500) return false
  const { protocol, hostname, hash, username } = new URL(text)
  const onThisMachine = protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return (protocol === 'https:' || onThisMachine) && hash === '' && username === '' && !text.includes('*')
}

function judgeApp(app: GivenApp): Finding[] {
  const one = (field: string, ja: string, en: string): Finding => ({ field, ja, en })
  const text = (field: 'name' | 'nameEn' | 'maker', ja: string, en: string) =>
    app[field].trim() === '' || app[field].length > 120
      ? [one(field, `${ja}を120文字までで入力してください。`, `Enter ${en}, at most 120 characters.`)]
      : []
  const badRedirect = app.redirectUris.find((uri) => !isAddress(uri))
  const badScope = app.scopes.find((scope) => !APP_SCOPE.test(scope) || scope.endsWith('.'))
  const links = (['launchUrl', 'homepageUrl', 'privacyUrl'] as const).filter((name) => app[name] !== null && !isAddress(app[name]))
  return [
    ...(/^[a-z0-9][a-z0-9._-]{2,79}$/.test(app.clientId)
      ? []
      : [one('clientId', 'IDは、半角の英小文字・数字・. _ - で3〜80文字です。', 'An id has 3 to 80 small letters, digits, . _ or -.')]),
    ...text('name', '名称', 'the name'),
    ...text('nameEn', '英語の名称', 'the English name'),
    ...text('maker', '作った人・会社', 'who makes it'),
    ...(app.about.ja.trim() === '' || app.about.ja.length > 400
      ? [one('aboutJa', '何をするアプリかを、400文字までで書いてください。', 'Say in Japanese what the app does, at most 400 characters.')]
      : []),
    ...(app.about.en.trim() === '' || app.about.en.length > 400
      ? [one('aboutEn', '何をするアプリかを、英語でも書いてください。', 'Say in English what the app does, at most 400 characters.')]
      : []),
    ...(app.forCitizens || app.forStaff ? [] : [one('audience', '誰が使うアプリかを選んでください。', 'Choose who uses the app.')]),
    ...(app.redirectUris.length === 0 || app.redirectUris.length > 10
      ? [one('redirectUris', '戻り先のアドレスを、1〜10個書いてください。', 'Give 1 to 10 redirect addresses.')]
      : []),
    ...(badRedirect === undefined
      ? []
      : [
          one(
            'redirectUris',
            `「${badRedirect.slice(0, 80)}」は使えません。https:// で始まる、# や * のないアドレスを書いてください。`,
            `“${badRedirect.slice(0, 80)}” cannot be used. Give an https address without # or *.`,
          ),
        ]),
    ...links.map((name) => one(name, 'https:// で始まるアドレスを書いてください。', 'Give an https address.')),
    ...(app.scopes.length === 0 ? [one('scopes', '範囲（scope）を一つは書いてください。', 'Give at least one scope.')] : []),
    ...(badScope === undefined
      ? []
      : [
          one(
            'scopes',
            `「${badScope.slice(0, 80)}」は、アプリに与えられる範囲ではありません。`,
            `“${badScope.slice(0, 80)}” is no scope for an app.`,
          ),
        ]),
    ...(['any', 'mtls', 'dpop'].includes(app.binding ?? 'any')
      ? []
      : [one('binding', '結び付け方を選んでください。', 'Choose what tokens are tied to.')]),
  ]
}

const textsOf = (app: GivenApp) => ({
  name: app.name,
  scopes: app.scopes.join(' '),
  redirectUris: app.redirectUris.join(' '),
  launchUrl: app.launchUrl,
  binding: app.binding ?? 'any',
  parRequired: String(app.parRequired),
  kind: app.kind,
})

/** `private_key_jwt` for an app with a server, nothing for one that runs where anybody may read it. */
const wayOf = (app: GivenApp) => ({
  authMethod: app.kind === 'public' ? ('none' as const) : ('private_key_jwt' as const),
  grantTypes: ['authorization_code', 'refresh_token'] as AppClient['grantTypes'],
})

export type AppSaved = Saved<string> & { secret?: boolean }

export const appRegister = {
  async list(ctx: Context): Promise<FoundApp[]> {
    operatorOnly(ctx.actor)
    return listApps(ctx.db)
  },

  /** @refuses not-found */
  async get(ctx: Context, clientId: string): Promise<FoundApp> {
    return (await this.list(ctx)).find((app) => app.clientId === clientId) ?? refuse('not-found')
  },

  async enter(ctx: Context, given: GivenApp): Promise<AppSaved> {
    operatorOnly(ctx.actor)
    const judged = judgeKeys(given.keys, ctx.now)
    const keyless = given.kind === 'confidential' && judged.keys.length === 0 && judged.findings.length === 0
    const findings = [
      ...judgeApp(given),
      ...judged.findings,
      ...(keyless
        ? [{ field: 'keys', ja: 'サーバーのあるアプリには、公開鍵が要ります。', en: 'An app with a server needs a public key.' }]
        : []),
    ]
    if (findings.length > 0) return { findings, secret: judged.secret }
    if (await clientIdTaken(ctx.db, given.clientId))
      return {
        findings: [{ field: 'clientId', ja: 'このIDは使われています。別のIDにしてください。', en: 'This id is taken. Choose another.' }],
      }
    const { keys: _pasted, ...app } = given
    await insertApp(ctx.db, ctx.now, { ...app, ...wayOf(given), institutionNumber: '', jwks: { keys: [] } })
    await insertKeys(ctx.db, given.clientId, { keys: judged.keys, at: ctx.now })
    await settleKeys(ctx.db, given.clientId)
    await noted(ctx, { subject: `App/${given.clientId}`, institutionNumber: '', act: 'app.enter', before: null, after: textsOf(given) })
    return { saved: given.clientId }
  },

  /** Changes an app; keys that are pasted are added to those it has. @refuses not-found, client-ended */
  async change(ctx: Context, given: GivenApp): Promise<AppSaved> {
    const before = await this.get(ctx, given.clientId)
    if (before.endedAt !== null) refuse('client-ended')
    const judged = judgeKeys(given.keys, ctx.now)
    const kept = given.binding === before.binding ? { ...given, binding: 'any' as const } : given
    const findings = [...judgeApp(kept), ...judged.findings]
    if (findings.length > 0) return { findings, secret: judged.secret }
    const { keys: _pasted, ...app } = given
    const { jwks, certificates, certificateSubject, institutionNumber: _none, madeAt: _made, endedAt: _ended, ...rest } = before
    await updateApp(ctx.db, { ...rest, ...app, ...wayOf(given), jwks, certificates, certificateSubject })
    if (judged.keys.length > 0) {
      await insertKeys(ctx.db, given.clientId, { keys: judged.keys, at: ctx.now })
      await settleKeys(ctx.db, given.clientId)
    }
    const was = textsOf({ ...before, keys: '' })
    await noted(ctx, { subject: `App/${given.clientId}`, institutionNumber: '', act: 'app.change', before: was, after: textsOf(given) })
    return { saved: given.clientId }
  },

  /** Keys that an app has and had. @refuses not-found */
  async keys(ctx: Context, clientId: string): Promise<ClientKey[]> {
    return keysOf(ctx.db, (await this.get(ctx, clientId)).clientId)
  },

  /** As for systems: the next key beside the old ones, which end on a day that is said. @refuses not-found, client-ended */
  async addKeys(ctx: Context, clientId: string, pasted: string, oldUntil: string | null): Promise<AppSaved> {
    return rotateKeys(ctx, await this.keyHolder(ctx, clientId), { pasted, oldUntil })
  },

  /** Plans the last day of a key, or none. @refuses not-found, client-ended */
  async endKeyOn(ctx: Context, clientId: string, to: { thumbprint: string; until: string | null }): Promise<AppSaved> {
    return planKeyEnd(ctx, await this.keyHolder(ctx, clientId), to)
  },

  /** Takes a key out of use at once. @refuses not-found, client-ended, last-key */
  async retireKey(ctx: Context, clientId: string, thumbprint: string): Promise<void> {
    await retireOneKey(ctx, await this.keyHolder(ctx, clientId), thumbprint)
  },

  async keyHolder(ctx: Context, clientId: string): Promise<KeyHolder> {
    const app = await this.get(ctx, clientId)
    if (app.endedAt !== null) refuse('client-ended')
    const keys = await keysOf(ctx.db, clientId)
    return { clientId, subject: `App/${clientId}`, institutionNumber: '', keys, mayBeLast: app.kind === 'public' }
  },

  /** Ends an app and what people allowed it. @refuses not-found, client-ended */
  async end(ctx: Context, clientId: string): Promise<void> {
    const before = await this.get(ctx, clientId)
    if (before.endedAt !== null) refuse('client-ended')
    await endApp(ctx.db, ctx.now, clientId)
    const after = { endedAt: ctx.now.toISOString() }
    await noted(ctx, { subject: `App/${clientId}`, institutionNumber: '', act: 'app.end', before: { endedAt: null }, after })
  },
}
