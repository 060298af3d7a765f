/**
 * Signing by a card or an HSM through its PKCS #11 module.
 *
 * A token knows one login for the whole process: who logs in for one signature has logged in for all. So uses of a module stand in
 * one queue, each checks its own PIN with the token, and logs out again, unless an accepted PIN may be held for some minutes.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual, X509Certificate } from 'node:crypto'
import { Refusal, refuse } from '#kernel/refusal'
import type { SignatureAlgorithm, Signed, Signer } from '#kernel/signing'
import { MAX_SIGNED_BYTES } from './verify.ts'
import {
  CKA,
  CKM,
  CKO,
  CKR,
  CKU,
  loadPkcs11,
  type Mechanism,
  type ObjectHandle,
  type Pkcs11,
  Pkcs11Error,
  type Session,
  ulong,
} from './pkcs11-native.ts'

/** Where a key stands: the token's label, and the label or the identifier (hexadecimal) of certificate and key on it. */
export type TokenKey = { token: string; label?: string; id?: string; algorithm?: SignatureAlgorithm; above?: readonly string[] }

export type Pkcs11Options = {
  /** path of the module, as the card's or HSM's maker states it */
  module: string
  /** keys by their `keyRef`; `above`: certificates of authorities that the token does not hold, PEM */
  keys: Readonly<Record<string, TokenKey>>
  /** for how long an accepted PIN serves who gives the same one again; 0, the default: a login for each signature */
  holdMinutes?: number
  /** for one whole use of the token. Default 20 seconds */
  timeoutMs?: number
  native?: { native: Pkcs11; ulongBytes: number }
}

const ofPin: ReadonlySet<number> = new Set([CKR.pinIncorrect, CKR.pinInvalid, CKR.pinLength, CKR.pinExpired, CKR.pinLocked])
const died: ReadonlySet<number> = new Set([CKR.sessionClosed, CKR.sessionInvalid, CKR.deviceRemoved, CKR.deviceError, CKR.tokenNotPresent])

type Found = { certificateChain: readonly string[]; algorithm: SignatureAlgorithm; id: Buffer }
type Held = { digest: Buffer; timer: NodeJS.Timeout }
type Open = { session: Session; held: Held | null }

const LONGEST_PIN = 64
/** DigestInfo of SHA-256 before the digest. @spec RFC 8017, 9.2, note 1 */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex')

export function pkcs11Signer(options: Pkcs11Options): Signer & { close(): Promise<void> } {
  const { holdMinutes = 0, timeoutMs = 20_000 } = options
  const pinKey = randomBytes(32)
  const open = new Map<string, Open>()
  let loading: ReturnType<typeof loadPkcs11> | null = null
  let last: Promise<unknown> = Promise.resolve()

  const module = () => {
    loading ??= options.native ? Promise.resolve(options.native) : loadPkcs11(options.module)
    loading.catch(() => {
      loading = null
    })
    return loading
  }
  const keyOf = (keyRef: string): TokenKey => (Object.hasOwn(options.keys, keyRef) ? options.keys[keyRef]! : refuse('signing-key-missing'))

  /** One use at a time, also after one that takes too long: a module that hangs is not called again beside itself. */
  function use<T>(token: string, work: (tools: Tools) => Promise<T>): Promise<T> {
    const turn = last.then(() => inSession(token, work))
    last = turn.catch(() => undefined)
    return within(turn, timeoutMs).catch((error: unknown) => {
      throw error instanceof Pkcs11Error ? new Refusal(meaningOf(error.code)) : error
    })
  }

  /** A session kept from before may have died with its token; then a new one is opened, once. */
  async function inSession<T>(token: string, work: (tools: Tools) => Promise<T>): Promise<T> {
    const loaded = await module()
    const kept = open.get(token)
    const state = kept ?? (await openToken(loaded.native, token))
    open.set(token, state)
    try {
      return await work({ ...loaded, state })
    } catch (error) {
      if (!(error instanceof Pkcs11Error)) throw error
      if (!ofPin.has(error.code)) drop(loaded.native, token, state)
      if (kept !== undefined && died.has(error.code)) return inSession(token, work)
      throw error
    }
  }

  function drop(native: Pkcs11, token: string, state: Open): void {
    if (state.held !== null) clearTimeout(state.held.timer)
    open.delete(token)
    void native.close(state.session).catch(() => undefined)
  }

  /** Ends a login, whoever's it was. */
  async function forget({ native, state }: Tools): Promise<void> {
    if (state.held !== null) clearTimeout(state.held.timer)
    state.held = null
    await native.logout(state.session).catch(() => undefined)
  }

  async function login(tools: Tools, pin: Buffer): Promise<void> {
    const digest = createHmac('sha256', pinKey).update(pin).digest()
    if (tools.state.held !== null && timingSafeEqual(tools.state.held.digest, digest)) return
    if (tools.state.held !== null) await forget(tools)
    let code = await tools.native.login(tools.state.session, CKU.user, pin)
    // Somebody's login still stands: it says nothing about this PIN.
    if (code === CKR.alreadyLoggedIn) {
      await forget(tools)
      code = await tools.native.login(tools.state.session, CKU.user, pin)
    }
    if (code !== CKR.ok) throw new Pkcs11Error(code)
    if (holdMinutes > 0) {
      const timer = setTimeout(
        () => void use(tokenOf(open, tools.state), (later) => forget(later)).catch(() => undefined),
        holdMinutes * 60_000,
      )
      timer.unref()
      tools.state.held = { digest, timer }
    }
  }

  return {
    holdMinutes,
    certificateChain: async (keyRef) => {
      const key = keyOf(keyRef)
      return (await use(key.token, (tools) => findKey(tools, key))).certificateChain
    },
    algorithm: async (keyRef) => {
      const key = keyOf(keyRef)
      return (await use(key.token, (tools) => findKey(tools, key))).algorithm
    },
    async sign({ data, keyRef, pin }): Promise<Signed> {
      const key = keyOf(keyRef)
      const bytes = Buffer.from(pin, 'utf8')
      if (data.length > MAX_SIGNED_BYTES) throw new RangeError('too long to be signed')
      // An empty PIN would ask some tokens for a keypad of their own; a very long one is none.
      if (bytes.length === 0 || bytes.length > LONGEST_PIN) refuse('signing-pin-wrong')
      const signing = use(key.token, async (tools) => {
        const found = await findKey(tools, key)
        await login(tools, bytes)
        try {
          return await signFound(tools, found, { data, pin: bytes })
        } finally {
          if (tools.state.held === null) await forget(tools)
        }
      })
      return signing.finally(() => bytes.fill(0))
    },
    async close() {
      await last
      const loaded = await loading?.catch(() => null)
      for (const [token, state] of open) if (loaded) drop(loaded.native, token, state)
    },
  }
}

type Tools = { native: Pkcs11; ulongBytes: number; state: Open }

const tokenOf = (open: ReadonlyMap<string, Open>, state: Open): string => [...open].find(([, one]) => one === state)?.[0] ?? ''

async function openToken(native: Pkcs11, label: string): Promise<Open> {
  const tokens = (await native.tokens()).filter((token) => token.label === label)
  if (tokens.length !== 1) refuse('signing-token-missing')
  return { session: await native.open(tokens[0]!.slot), held: null }
}

function meaningOf(code: number): 'signing-pin-wrong' | 'signing-pin-locked' | 'signing-token-missing' {
  if (code === CKR.pinIncorrect || code === CKR.pinInvalid || code === CKR.pinLength) return 'signing-pin-wrong'
  return code === CKR.pinLocked || code === CKR.pinExpired ? 'signing-pin-locked' : 'signing-token-missing'
}

/** The certificate that the configuration names, and what its key is; found without a PIN. */
async function findKey({ native, ulongBytes, state }: Tools, key: TokenKey): Promise<Found> {
  const named = [
    ...(key.label === undefined ? [] : [{ type: CKA.label, value: Buffer.from(key.label, 'utf8') }]),
    ...(key.id === undefined ? [] : [{ type: CKA.id, value: Buffer.from(key.id, 'hex') }]),
  ]
  if (named.length === 0) refuse('signing-key-missing')
  const found = await native.find(state.session, [{ type: CKA.class, value: ulong(CKO.certificate, ulongBytes) }, ...named], 2)
  // Two that fit: signing by either would be a guess.
  if (found.length !== 1) refuse('signing-key-missing')
  const [der, id] = [await native.read(state.session, found[0]!, CKA.value), await native.read(state.session, found[0]!, CKA.id)]
  if (der === null || id === null || id.length === 0) refuse('signing-key-missing')
  const certificate = certificateOf(der)
  return { certificateChain: [certificate.toString(), ...(key.above ?? [])], algorithm: key.algorithm ?? usualAlgorithm(certificate), id }
}

function certificateOf(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der)
  } catch {
    return refuse('signing-key-missing')
  }
}

function usualAlgorithm({ publicKey }: X509Certificate): SignatureAlgorithm {
  if (publicKey.asymmetricKeyType === 'rsa') return 'RS256'
  return publicKey.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'ES384' : 'ES256'
}

/** Digests here, signs there: every token can do that, and a document need not travel to an HSM. */
function toToken(algorithm: SignatureAlgorithm, data: Uint8Array): { mechanism: Mechanism; input: Buffer } {
  const digest = createHash(algorithm === 'ES384' ? 'sha384' : 'sha256')
    .update(data)
    .digest()
  if (algorithm === 'RS256') return { mechanism: { type: CKM.rsaPkcs }, input: Buffer.concat([SHA256_INFO, digest]) }
  if (algorithm === 'PS256') return { mechanism: { type: CKM.rsaPss, pssDigestBytes: 32 }, input: digest }
  return { mechanism: { type: CKM.ecdsa }, input: digest }
}

async function signFound(tools: Tools, found: Found, { data, pin }: { data: Uint8Array; pin: Buffer }): Promise<Signed> {
  const { native, ulongBytes, state } = tools
  const template = [
    { type: CKA.class, value: ulong(CKO.privateKey, ulongBytes) },
    { type: CKA.id, value: found.id },
  ]
  const keys: ObjectHandle[] = await native.find(state.session, template, 2)
  if (keys.length !== 1) refuse('signing-key-missing')
  const { mechanism, input } = toToken(found.algorithm, data)
  await native.signInit(state.session, mechanism, keys[0]!)
  // Some keys want the PIN again for each signature.
  const again = await native.read(state.session, keys[0]!, CKA.alwaysAuthenticate)
  if (again?.[0] === 1) {
    const code = await native.login(state.session, CKU.contextSpecific, pin)
    if (code !== CKR.ok) throw new Pkcs11Error(code)
  }
  const signature = Uint8Array.from(await native.sign(state.session, input))
  return { signature, algorithm: found.algorithm, certificateChain: found.certificateChain }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal('signing-token-missing')), ms)
  })
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}
