/**
 * A card applet made of software that answers the same commands as the card: for tests of everything between a page and a
 * chip. It keeps what a chip keeps (files, tries left, the lock) and forgets at a reset what a chip forgets.
 */
import { constants, createPrivateKey, privateEncrypt } from 'node:crypto'
import { derOfPem } from '#packages/x509'
import { type CardAccess, type Command, parseCommand } from './apdu.ts'
import { PIN_TRIES, ReaderError } from './card-port.ts'
import { JPKI, SHA256_PREFIX } from './jpki-applet.ts'
import type { SoftwareCardContent } from './software-card.ts'

export type AppletOptions = {
  /** the most bytes in one answer; the rest is held back and announced by 61xx. Default 256 */
  answerBytes?: number
  /** answers a length that is not the right one by 6Cxx, as some cards do */
  strictLe?: boolean
  /** another card: this application is not on it */
  withoutApplication?: boolean
  /** how a locked PIN is told: by 6983, 6984 or 63C0 */
  lockedAs?: 0x6983 | 0x6984 | 0x63c0
}

export type Applet = {
  /** What a reader reports of the card when it is powered. */
  readonly atr: Buffer
  process(command: Uint8Array): Buffer
  /** Power off and on: tries and lock stay, the selected file and an accepted PIN go. */
  reset(): void
  /** Commands seen so far, as instruction and parameters; never their data. */
  readonly seen: readonly string[]
}

type State = { selected: number | null; application: boolean; verified: boolean; held: Buffer; triesLeft: number }

const status = (sw: number, data: Uint8Array = Buffer.alloc(0)): Buffer => Buffer.concat([data, Buffer.from([sw >> 8, sw & 0xff])])

export function appletSimulator(content: SoftwareCardContent, options: AppletOptions = {}): Applet {
  const { answerBytes = 256, strictLe = false, withoutApplication = false, lockedAs = 0x6983 } = options
  const key = createPrivateKey(content.privateKeyPem)
  // A file on a card has a fixed size; what the certificate does not fill is padding.
  const file = Buffer.concat([derOfPem(content.certificatePem)!, Buffer.alloc(300, 0xff)])
  const state: State = { selected: null, application: false, verified: false, held: Buffer.alloc(0), triesLeft: PIN_TRIES }
  const seen: string[] = []

  function select({ p1, data = Buffer.alloc(0) }: Command): Buffer {
    if (p1 === 0x04) {
      state.application = !withoutApplication && JPKI.aid.equals(data)
      Object.assign(state, { selected: null, verified: false })
      return status(state.application ? 0x9000 : 0x6a82)
    }
    const wanted = data.length === 2 ? Buffer.from(data).readUInt16BE(0) : -1
    if (!state.application || ![JPKI.certificate, JPKI.key, JPKI.pin].includes(wanted as 10)) return status(0x6a82)
    state.selected = wanted
    return status(0x9000)
  }

  function readBinary({ p1, p2, le = 0 }: Command): Buffer {
    const offset = (p1 << 8) | p2
    if (state.selected !== JPKI.certificate) return status(0x6986)
    if (offset >= file.length) return status(0x6b00)
    const left = file.length - offset
    return strictLe && le > left ? status(0x6c00 | (left & 0xff)) : answer(file.subarray(offset, offset + le))
  }

  function verify({ data }: Command): Buffer {
    if (state.selected !== JPKI.pin) return status(0x6986)
    if (state.triesLeft === 0) return status(lockedAs)
    if (data === undefined) return status(state.verified ? 0x9000 : 0x63c0 | state.triesLeft)
    state.triesLeft--
    state.verified = Buffer.from(data).equals(Buffer.from(content.pin, 'latin1'))
    if (state.verified) state.triesLeft = PIN_TRIES
    return status(state.verified ? 0x9000 : 0x63c0 | state.triesLeft)
  }

  function computeSignature({ data = Buffer.alloc(0), le = 0 }: Command): Buffer {
    if (state.selected !== JPKI.key) return status(0x6985)
    if (!state.verified) return status(0x6982)
    const input = Buffer.from(data)
    if (input.length !== 51 || !input.subarray(0, 19).equals(SHA256_PREFIX)) return status(0x6a80)
    if (strictLe && le !== 256) return status(0x6c00)
    return answer(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, input))
  }

  function answer(data: Buffer): Buffer {
    state.held = data.subarray(answerBytes)
    const left = Math.min(state.held.length, 256)
    return status(left === 0 ? 0x9000 : 0x6100 | (left & 0xff), data.subarray(0, answerBytes))
  }

  const instructions: Readonly<Record<number, (command: Command) => Buffer>> = {
    164: select,
    176: readBinary,
    32: verify,
    32810: computeSignature,
    192: () => (state.held.length === 0 ? status(0x6985) : answer(state.held)),
  }

  return {
    atr: Buffer.from('3be000ff8131fe4514', 'hex'),
    seen,
    process(bytes) {
      const command = parseCommand(bytes)
      if (command === null) return status(0x6700)
      const { cla, ins, p1, p2 } = command
      seen.push(Buffer.from([cla, ins, p1, p2]).toString('hex'))
      return instructions[(cla << 8) | ins]?.(command) ?? status(0x6d00)
    },
    reset() {
      Object.assign(state, { selected: null, application: false, verified: false, held: Buffer.alloc(0) })
    },
  }
}

/** What happens on the way to the card. `after` counts the commands that still go well. */
export type Fault =
  | { kind: 'torn-out' | 'unplugged' | 'silent'; after: number }
  | { kind: 'answers'; after: number; bytes: Uint8Array }
  | { kind: 'absent' | 'in-use' }

const atTheDoor = { absent: 'card-absent', 'in-use': 'card-in-use' } as const
const onTheWay = { 'torn-out': 'card-removed', unplugged: 'reader-unplugged', silent: 'card-slow' } as const

/** The simulator behind a reader in memory. Each use counts its commands anew. */
export function simulatedReader(applet: Applet, faultNow: () => Fault | null = () => null): CardAccess {
  return {
    async exclusively(use) {
      const fault = faultNow()
      if (fault !== null && !('after' in fault)) throw new ReaderError(atTheDoor[fault.kind])
      let passed = 0
      const transmit = async (command: Uint8Array) => {
        if (fault === null || passed++ < fault.after) return applet.process(command)
        if (fault.kind === 'answers') return fault.bytes
        throw new ReaderError(onTheWay[fault.kind])
      }
      return use({ transmit }).finally(() => applet.reset())
    },
  }
}
