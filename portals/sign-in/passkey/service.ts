import { randomBytes } from 'node:crypto'
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { endAllSessions } from '#kernel/identity'
import { refuse } from '#kernel/refusal'
import { insertChallenge, spendChallenge } from '../store.ts'
import type { ChangeKind, Passkey, Subject } from './model.ts'
import * as rules from './rules.ts'
import * as store from './store.ts'

export type PasskeyService = ReturnType<typeof passkeyService>

/** For whom a new passkey is made, and who holds the challenge: the session, or the invitation. */
export type Enrolment = { subject: Subject; userName: string; displayName: string; use: 'new' | 'invitation'; holder: string }

/** ES256, EdDSA, RS256. @spec IANA COSE Algorithms */
const ALGORITHMS = [-7, -8, -257]

type ClientData = { challenge: string; origin: string; crossOrigin?: boolean }

/** What the browser signed, read before anything is believed. @refuses passkey-refused */
function clientDataOf(text: unknown): ClientData {
  try {
    const read: unknown = JSON.parse(Buffer.from(String(text), 'base64url').toString('utf8'))
    const { challenge, origin, crossOrigin } = read as Record<string, unknown>
    if (typeof challenge === 'string' && typeof origin === 'string' && crossOrigin !== true) return { challenge, origin }
  } catch {}
  return refuse('passkey-refused', { reason: 'clientData' })
}

/** Passkeys: made, used, renamed and taken out of use. @spec Web Authentication Level 2 */
export function passkeyService({ baseUrl, demo }: { baseUrl: string; demo: boolean }) {
  const { rpId } = rules.sitesOf(baseUrl)

  async function challengeFor(ctx: Context, binding: Buffer): Promise<Buffer<ArrayBuffer>> {
    const challenge = randomBytes(32)
    const expiresAt = new Date(ctx.now.getTime() + rules.PASSKEY_SECONDS * 1000)
    await insertChallenge(ctx.db, { id: ulid(ctx.now.getTime()), challenge, binding, expiresAt })
    return challenge
  }

  /** @refuses challenge-used where it is unknown, used, expired, or was given to somebody else or for something else */
  async function spend(ctx: Context, { challenge }: ClientData, binding: Buffer): Promise<void> {
    const spent = await spendChallenge(ctx.db, ctx.now, { challenge: Buffer.from(challenge, 'base64url') })
    if (spent?.binding?.equals(binding) !== true) refuse('challenge-used')
  }

  async function note(ctx: Context, about: { subject: Subject; what: ChangeKind; label: string }): Promise<void> {
    await store.insertChange(ctx.db, { ...about, id: ulid(ctx.now.getTime()), at: ctx.now })
  }

  /** Set aside, everybody out who came in by it, and told at the next visit. @refuses passkey-cloned */
  async function setAside(ctx: Context, { subject, credentialId, label }: Passkey): Promise<never> {
    await store.endPasskey(ctx.db, ctx.now, { subject, credentialId, reason: 'cloned' })
    await endAllSessions(ctx.db, ctx.now, subject)
    await note(ctx, { subject, what: 'passkey-cloned', label })
    return refuse('passkey-cloned')
  }

  return {
    note,
    list: (ctx: Pick<Context, 'db'>, subject: Subject): Promise<Passkey[]> => store.passkeysOf(ctx.db, subject),
    changes: (ctx: Pick<Context, 'db'>, subject: Subject) => store.changesOf(ctx.db, subject, 10),

    /** Options for a proof by passkey; nobody is named, so that the page tells nothing about who has one. */
    async askFor(ctx: Context, asked: { use: 'sign-in' | 'again'; holder: string }): Promise<PublicKeyCredentialRequestOptionsJSON> {
      const challenge = await challengeFor(ctx, rules.bindingFor(asked.use, asked.holder))
      return generateAuthenticationOptions({ rpID: rpId, challenge, userVerification: 'required', timeout: rules.PASSKEY_SECONDS * 1000 })
    },

    /**
     * Who answered the challenge. Call from a row that keeps what was written before a refusal: a challenge stays spent, a cloned
     * passkey stays set aside.
     * @refuses challenge-used, passkey-unknown, passkey-refused, passkey-cloned
     */
    async prove(
      ctx: Context,
      answer: { response: AuthenticationResponseJSON; use: 'sign-in' | 'again'; holder: string },
    ): Promise<Passkey> {
      const { response } = answer
      const said = clientDataOf(response.response.clientDataJSON)
      await spend(ctx, said, rules.bindingFor(answer.use, answer.holder))
      const passkey = await store.findPasskey(ctx.db, response.id)
      if (passkey === undefined) return refuse((await store.wasCloned(ctx.db, response.id)) ? 'passkey-cloned' : 'passkey-unknown')
      const handle = response.response.userHandle
      const isTheirs = handle === undefined || rules.userHandle(passkey.subject).equals(Buffer.from(handle, 'base64url'))
      if (!isTheirs) refuse('passkey-refused', { reason: 'userHandle' })
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: said.challenge,
        expectedOrigin: rules.originExpected(baseUrl, said.origin, demo),
        expectedRPID: rpId,
        requireUserVerification: true,
        // The counter is judged below, once the signature is known to be good: nobody without the key can set a passkey aside.
        credential: { id: passkey.credentialId, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
      }).catch((): never => refuse('passkey-refused', { reason: 'verification' }))
      if (!verified) refuse('passkey-refused', { reason: 'signature' })
      const { newCounter, credentialBackedUp } = authenticationInfo
      if (rules.counterVerdict(passkey.counter, newCounter) === 'cloned') return setAside(ctx, passkey)
      const used = { credentialId: passkey.credentialId, counter: newCounter, backedUp: credentialBackedUp }
      // Two answers with one number at the same moment: whoever comes second finds it taken.
      if (!(await store.notePasskeyUse(ctx.db, ctx.now, used))) return setAside(ctx, passkey)
      return { ...passkey, counter: newCounter, backedUp: credentialBackedUp, usedAt: ctx.now }
    },

    /** Options to make a passkey on this device. @refuses passkey-limit */
    async enrolmentOptions(ctx: Context, about: Enrolment): Promise<PublicKeyCredentialCreationOptionsJSON> {
      const own = await store.passkeysOf(ctx.db, about.subject)
      if (own.length >= rules.MAX_PASSKEYS) refuse('passkey-limit', { max: String(rules.MAX_PASSKEYS) })
      return generateRegistrationOptions({
        rpName: '縁 Enishi',
        rpID: rpId,
        userID: new Uint8Array(rules.userHandle(about.subject)),
        userName: about.userName,
        userDisplayName: about.displayName,
        challenge: await challengeFor(ctx, rules.bindingFor(about.use, about.holder)),
        timeout: rules.PASSKEY_SECONDS * 1000,
        attestationType: 'none',
        supportedAlgorithmIDs: ALGORITHMS,
        // Discoverable: nobody types a name. The device checks its holder (face, finger, PIN) each time.
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        excludeCredentials: own.map((one) => ({ id: one.credentialId, transports: [...one.transports] })),
      })
    },

    /** Keeps a new passkey. @refuses challenge-used, passkey-refused, passkey-exists, passkey-limit */
    async enrol(
      ctx: Context,
      { response, label, ...about }: Omit<Enrolment, 'userName' | 'displayName'> & { response: RegistrationResponseJSON; label: string },
    ): Promise<Passkey> {
      const said = clientDataOf(response.response.clientDataJSON)
      await spend(ctx, said, rules.bindingFor(about.use, about.holder))
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge: said.challenge,
        expectedOrigin: rules.originExpected(baseUrl, said.origin, demo),
        expectedRPID: rpId,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch((): never => refuse('passkey-refused', { reason: 'verification' }))
      if (!verified) return refuse('passkey-refused', { reason: 'attestation' })
      const { credential, credentialBackedUp } = registrationInfo
      const passkey: Passkey = {
        credentialId: credential.id,
        subject: about.subject,
        publicKey: Buffer.from(credential.publicKey),
        counter: credential.counter,
        transports: credential.transports ?? [],
        backedUp: credentialBackedUp,
        label: rules.tidyLabel(label),
        madeAt: ctx.now,
        usedAt: null,
      }
      if ((await store.passkeysOf(ctx.db, about.subject)).length >= rules.MAX_PASSKEYS) {
        refuse('passkey-limit', { max: String(rules.MAX_PASSKEYS) })
      }
      if (!(await store.insertPasskey(ctx.db, passkey))) refuse('passkey-exists')
      await note(ctx, { subject: about.subject, what: 'passkey-added', label: passkey.label })
      return passkey
    },

    /** @refuses not-found */
    async rename(ctx: Context, which: { subject: Subject; credentialId: string; label: string }): Promise<void> {
      const label = rules.tidyLabel(which.label)
      if (!(await store.renamePasskey(ctx.db, { ...which, label }))) refuse('not-found')
      await note(ctx, { subject: which.subject, what: 'passkey-renamed', label })
    },

    /** Refused from the next request on, wherever it is kept. @refuses not-found */
    async remove(ctx: Context, which: { subject: Subject; credentialId: string }): Promise<void> {
      const label = (await store.endPasskey(ctx.db, ctx.now, { ...which, reason: 'removed' })) ?? refuse('not-found')
      await note(ctx, { subject: which.subject, what: 'passkey-removed', label })
    },

    /** Every passkey of a subject: it was lost, or somebody else had it. @returns how many */
    async removeAll(ctx: Context, subject: Subject): Promise<number> {
      const count = await store.endPasskeys(ctx.db, ctx.now, subject)
      if (count > 0) await note(ctx, { subject, what: 'passkeys-ended', label: String(count) })
      return count
    },
  }
}
