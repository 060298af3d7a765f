/**
 * A PKCS #11 module (a card's or HSM's library), called as it is. Loaded when first used; calls run on threads of their own.
 * Only what signing needs: slots, sessions, PIN, finding objects, reading attributes, one signature.
 *
 * @spec OASIS PKCS #11 Cryptographic Token Interface Base Specification 2.40
 */
import { refuse } from '#kernel/refusal'

export const CKR = {
  ok: 0,
  deviceError: 0x30,
  deviceRemoved: 0x32,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLength: 0xa2,
  pinExpired: 0xa3,
  pinLocked: 0xa4,
  sessionClosed: 0xb0,
  sessionInvalid: 0xb3,
  tokenNotPresent: 0xe0,
  tokenNotRecognised: 0xe1,
  alreadyLoggedIn: 0x100,
  notLoggedIn: 0x101,
  alreadyInitialised: 0x191,
} as const

export const CKA = {
  class: 0,
  token: 1,
  label: 3,
  value: 0x11,
  certificateType: 0x80,
  keyType: 0x100,
  subject: 0x101,
  id: 0x102,
  sign: 0x108,
  ecParams: 0x180,
  alwaysAuthenticate: 0x202,
} as const
export const CKO = { certificate: 1, privateKey: 3 } as const
export const CKM = { rsaPkcs: 1, rsaPss: 0xd, ecdsa: 0x1041, sha256: 0x250 } as const
export const CKU = { user: 1, contextSpecific: 2 } as const
const OS_LOCKING = 2
const SERIAL_SESSION = 4
const READ_WRITE = 2
const MGF1_SHA256 = 2
const NO_VALUE = 0xffffffff

export type Attribute = { type: number; value: Buffer }
export type Session = number | bigint
export type ObjectHandle = number | bigint
export type Mechanism = { type: number; pssDigestBytes?: number }

/** Every call throws `Pkcs11Error` with the module's own code, except where a code is the answer. */
export type Pkcs11 = {
  /** Slots with a token in them, with the token's label. */
  tokens(): Promise<{ slot: number; label: string }[]>
  open(slot: number, writable?: boolean): Promise<Session>
  close(session: Session): Promise<void>
  /** The module's code: 0, or why not. */
  login(session: Session, user: number, pin: Buffer): Promise<number>
  logout(session: Session): Promise<void>
  /** At most `limit` objects that carry all of these. */
  find(session: Session, template: readonly Attribute[], limit: number): Promise<ObjectHandle[]>
  /** An attribute's bytes; null where the object has none or keeps it to itself. */
  read(session: Session, object: ObjectHandle, type: number): Promise<Buffer | null>
  signInit(session: Session, mechanism: Mechanism, key: ObjectHandle): Promise<void>
  sign(session: Session, data: Buffer): Promise<Buffer>
  /** Puts an object on the token; how a certificate gets beside its key. */
  create(session: Session, template: readonly Attribute[]): Promise<void>
}

export class Pkcs11Error extends Error {
  readonly code: number
  constructor(code: number) {
    super(`PKCS #11 answered 0x${code.toString(16)}`)
    this.name = 'Pkcs11Error'
    this.code = code
  }
}

const MAX_SLOTS = 64
const MAX_VALUE = 16 * 1024
const MAX_SIGNATURE = 1024

type Call = (...given: unknown[]) => Promise<number>
/** How integers and structures lie in memory on this system. */
type Layout = { ulongBytes: number; address(value: Buffer): bigint }

/** An unsigned long as the module writes it. */
export function ulong(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUInt32LE(value, 0)
  return buffer
}

/** @refuses signing-token-missing where the library for calling it, or the module itself, cannot be loaded */
export async function loadPkcs11(modulePath: string): Promise<{ native: Pkcs11; ulongBytes: number }> {
  const koffi = await import('koffi').then(
    (loaded) => loaded.default,
    () => refuse('signing-token-missing'),
  )
  const library = await Promise.resolve()
    .then(() => koffi.load(modulePath))
    .catch(() => refuse('signing-token-missing'))
  const declared = (name: string, parameters: string): Call => {
    const call = library.func(`unsigned long ${name}(${parameters.replaceAll('UL', 'unsigned long')})`)
    return (...given) =>
      new Promise((resolve, reject) => {
        call.async(...given, (error: unknown, code: number | bigint) => (error ? reject(error) : resolve(Number(code))))
      })
  }
  const layout: Layout = { ulongBytes: koffi.sizeof('unsigned long'), address: (value) => koffi.address(value) }
  const initialise = declared('C_Initialize', 'void *arguments')
  const started = await initialise(Buffer.concat([Buffer.alloc(32), ulong(OS_LOCKING, layout.ulongBytes), Buffer.alloc(8)]))
  if (started !== CKR.ok && started !== CKR.alreadyInitialised) refuse('signing-token-missing')
  return {
    native: { ...sessions(declared, layout), ...objects(declared, layout), ...signing(declared, layout) },
    ulongBytes: layout.ulongBytes,
  }
}

type Declared = (name: string, parameters: string) => Call

function must(code: number): void {
  if (code !== CKR.ok) throw new Pkcs11Error(code)
}

/** Label stands in the first 32 bytes of what the module tells of a token, padded with blanks. */
const LABEL = 32
const TOKEN_INFO = 512

function sessions(declared: Declared, { ulongBytes }: Layout): Pick<Pkcs11, 'tokens' | 'open' | 'close' | 'login' | 'logout'> {
  const slotList = declared('C_GetSlotList', 'uint8_t present, void *list, _Inout_ UL *count')
  const tokenInfo = declared('C_GetTokenInfo', 'UL slot, void *info')
  const open = declared('C_OpenSession', 'UL slot, UL flags, void *application, void *notify, _Out_ UL *session')
  const close = declared('C_CloseSession', 'UL session')
  const login = declared('C_Login', 'UL session, UL user, void *pin, UL length')
  const logout = declared('C_Logout', 'UL session')
  return {
    async tokens() {
      const [list, count]: [Buffer, [number]] = [Buffer.alloc(MAX_SLOTS * ulongBytes), [MAX_SLOTS]]
      // Asked without a list, the module looks again for what was plugged in meanwhile.
      must(await slotList(1, null, [MAX_SLOTS]))
      must(await slotList(1, list, count))
      const slots = Array.from({ length: Math.min(Number(count[0]), MAX_SLOTS) }, (_, i) => list.readUInt32LE(i * ulongBytes))
      const found: { slot: number; label: string }[] = []
      for (const slot of slots) {
        const info = Buffer.alloc(TOKEN_INFO)
        if ((await tokenInfo(slot, info)) === CKR.ok) found.push({ slot, label: info.toString('utf8', 0, LABEL).trimEnd() })
      }
      return found
    },
    async open(slot, writable = false) {
      const session: [Session] = [0]
      must(await open(slot, SERIAL_SESSION | (writable ? READ_WRITE : 0), null, null, session))
      return session[0]
    },
    close: async (session) => must(await close(session)),
    login: (session, user, pin) => login(session, user, pin, pin.length),
    logout: async (session) => must(await logout(session)),
  }
}

/** Attributes as one block of memory; `keep` holds what it points at. */
function attributeBlock(attributes: readonly Attribute[], { ulongBytes, address }: Layout): { block: Buffer; keep: Buffer[] } {
  const keep = attributes.map(({ value }) => (value.length === 0 ? Buffer.alloc(1) : Buffer.from(value)))
  const parts = attributes.flatMap(({ type, value }, i) => [
    ulong(type, ulongBytes),
    pointer(address(keep[i]!)),
    ulong(value.length, ulongBytes),
  ])
  return { block: Buffer.concat(parts), keep }
}

function pointer(address: bigint): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt.asUintN(64, address))
  return buffer
}

function objects(declared: Declared, layout: Layout): Pick<Pkcs11, 'find' | 'read' | 'create'> {
  const { ulongBytes } = layout
  const findInit = declared('C_FindObjectsInit', 'UL session, void *template, UL count')
  const findNext = declared('C_FindObjects', 'UL session, void *objects, UL max, _Out_ UL *count')
  const findFinal = declared('C_FindObjectsFinal', 'UL session')
  const getAttribute = declared('C_GetAttributeValue', 'UL session, UL object, void *template, UL count')
  const create = declared('C_CreateObject', 'UL session, void *template, UL count, _Out_ UL *object')
  return {
    async find(session, template, limit) {
      const { block, keep } = attributeBlock(template, layout)
      must(await findInit(session, block, keep.length))
      const [list, count]: [Buffer, [number]] = [Buffer.alloc(limit * ulongBytes), [0]]
      const code = await findNext(session, list, limit, count)
      must(await findFinal(session))
      must(code)
      const at = (i: number) => (ulongBytes === 8 ? list.readBigUInt64LE(i * 8) : list.readUInt32LE(i * 4))
      return Array.from({ length: Math.min(Number(count[0]), limit) }, (_, i) => at(i))
    },
    async read(session, object, type) {
      const { block, keep } = attributeBlock([{ type, value: Buffer.alloc(MAX_VALUE) }], layout)
      const code = await getAttribute(session, object, block, 1)
      const length = block.readUInt32LE(block.length - ulongBytes)
      return code !== CKR.ok || length === NO_VALUE || length > MAX_VALUE ? null : Buffer.from(keep[0]!.subarray(0, length))
    },
    async create(session, template) {
      const { block, keep } = attributeBlock(template, layout)
      const made: [ObjectHandle] = [0]
      must(await create(session, block, keep.length, made))
    },
  }
}

function signing(declared: Declared, { ulongBytes, address }: Layout): Pick<Pkcs11, 'signInit' | 'sign'> {
  const init = declared('C_SignInit', 'UL session, void *mechanism, UL key')
  const sign = declared('C_Sign', 'UL session, void *data, UL length, void *signature, _Inout_ UL *signatureLength')
  return {
    async signInit(session, { type, pssDigestBytes }, key) {
      const pss = (salt: number) => Buffer.concat([CKM.sha256, MGF1_SHA256, salt].map((n) => ulong(n, ulongBytes)))
      const parameter = pssDigestBytes === undefined ? null : pss(pssDigestBytes)
      const tail =
        parameter === null ? [pointer(0n), ulong(0, ulongBytes)] : [pointer(address(parameter)), ulong(parameter.length, ulongBytes)]
      must(await init(session, Buffer.concat([ulong(type, ulongBytes), ...tail]), key))
    },
    async sign(session, data) {
      const [signature, length]: [Buffer, [number]] = [Buffer.alloc(MAX_SIGNATURE), [MAX_SIGNATURE]]
      must(await sign(session, data, data.length, signature, length))
      return Buffer.from(signature.subarray(0, Math.min(Number(length[0]), MAX_SIGNATURE)))
    },
  }
}
