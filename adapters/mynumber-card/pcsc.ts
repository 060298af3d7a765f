/**
 * A card in a reader on this machine, by PC/SC.
 *
 * Every use stands alone: context, reader, card, exclusive transaction, reset, all released again. So nothing has to be
 * repaired when a reader is unplugged, a card torn out or the service restarted between two uses. Neither what is sent nor what
 * comes back is ever written to a log.
 */
import type { CardAccess, CardChannel } from './apdu.ts'
import { ReaderError, type ReaderErrorCode } from './card-port.ts'
import { type Handle, loadNative, type Native, PCSC } from './pcsc-native.ts'

export type PcscOptions = {
  /** the beginning of the reader's name; default: the first reader with a card in it, else the first */
  reader?: string
  /** how long to wait for a card to be put on the reader. Default 0: not at all */
  waitMs?: number
  /** for one command and its answer. Default 5 seconds */
  commandMs?: number
  /** for the service, the reader, and others to let go of the card. Default 5 seconds */
  connectMs?: number
  /** names of the service's library, where it stands elsewhere */
  libraries?: readonly string[]
  native?: Native
}

type Bounds = Required<Pick<PcscOptions, 'waitMs' | 'commandMs' | 'connectMs'>> & { reader: string | undefined }

const POLL_MS = 200

/** What a code means to the person at the desk; `during` tells a card that is not there from one that went away. */
export function errorOf(code: number, during: 'connecting' | 'talking'): ReaderErrorCode {
  switch (code) {
    case PCSC.noService:
    case PCSC.serviceStopped:
      return 'reader-service-missing'
    case PCSC.noReaders:
    case PCSC.unknownReader:
    case PCSC.readerUnavailable:
    case PCSC.notReady:
      return during === 'talking' ? 'reader-unplugged' : 'reader-absent'
    case PCSC.noCard:
    case PCSC.removedCard:
      return during === 'talking' ? 'card-removed' : 'card-absent'
    case PCSC.sharingViolation:
    case PCSC.resetCard:
      return 'card-in-use'
    case PCSC.timeout:
      return 'card-slow'
    case PCSC.invalidHandle:
    case PCSC.commError:
    case PCSC.unpoweredCard:
      return during === 'talking' ? 'card-removed' : 'card-unreadable'
    default:
      return 'card-unreadable'
  }
}

/** Fails with `late` where it takes longer; the call itself cannot be taken back, so `tidy` runs when it does return. */
async function within<T>(work: Promise<T>, ms: number, late: ReaderErrorCode, tidy: (done: T) => unknown = () => undefined): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let missed = false
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      missed = true
      reject(new ReaderError(late))
    }, ms)
  })
  work.then((done) => (missed ? tidy(done) : undefined)).catch(() => undefined)
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}

export function pcscAccess(options: PcscOptions = {}): CardAccess & { readers(): Promise<string[]> } {
  const bounds: Bounds = { waitMs: 0, commandMs: 5_000, connectMs: 5_000, reader: undefined, ...options }
  let loading: Promise<Native> | null = null
  const nativeOf = () => {
    loading ??= options.native ? Promise.resolve(options.native) : loadNative(options.libraries)
    // A library that was missing may be installed while we run.
    loading.catch(() => {
      loading = null
    })
    return loading
  }

  async function inContext<T>(use: (native: Native, context: Handle) => Promise<T>): Promise<T> {
    const native = await nativeOf()
    const opened = native.establish()
    const { code, context } = await within(opened, bounds.connectMs, 'reader-service-missing', (late) => native.release(late.context))
    if (code !== 0) throw new ReaderError('reader-service-missing')
    return use(native, context).finally(() => void native.release(context).catch(() => undefined))
  }

  return {
    readers: () => inContext(async (native, context) => (await native.readers(context)).names),
    exclusively: (use) =>
      inContext(async (native, context) => {
        const { card, protocol } = await connectCard(native, context, bounds)
        return inTransaction({ native, card, protocol, bounds }, use)
      }),
  }
}

type Connection = { card: Handle; protocol: number }

/** Tries every reader that fits until one has a card, or the wait is over. */
async function connectCard(native: Native, context: Handle, bounds: Bounds): Promise<Connection> {
  const until = performance.now() + bounds.waitMs
  for (;;) {
    const found = await tryReaders(native, context, bounds)
    if (typeof found !== 'string') return found
    const hopeless = found !== 'card-absent' && found !== 'reader-absent'
    if (hopeless || performance.now() >= until) throw new ReaderError(found)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function tryReaders(native: Native, context: Handle, { reader = '', connectMs }: Bounds): Promise<Connection | ReaderErrorCode> {
  const { code, names } = await within(native.readers(context), connectMs, 'reader-service-missing')
  if (code !== 0) return errorOf(code, 'connecting')
  let refused: ReaderErrorCode = 'reader-absent'
  for (const name of names.filter((n) => n.startsWith(reader))) {
    const opened = native.connect(context, name)
    const result = await within(opened, connectMs, 'card-in-use', (late) => native.disconnect(late.card, PCSC.reset))
    if (result.code === 0) return result
    refused = errorOf(result.code, 'connecting')
  }
  return refused
}

type Talk = Connection & { native: Native; bounds: Bounds }

async function inTransaction<T>({ native, card, protocol, bounds }: Talk, use: (channel: CardChannel) => Promise<T>): Promise<T> {
  const letGo = (disposition: number = PCSC.reset) => native.disconnect(card, disposition).catch(() => undefined)
  const begun = native.begin(card)
  const code = await within(begun, bounds.connectMs, 'card-in-use', () => letGo())
  if (code !== 0) {
    void letGo()
    throw new ReaderError(errorOf(code, 'connecting'))
  }
  let stuck = false
  const transmit = async (command: Uint8Array) => {
    const sent = native.transmit(card, protocol, command)
    stuck = true
    const back = () => {
      stuck = false
    }
    sent.then(back, back)
    const { code: result, answer } = await within(sent, bounds.commandMs, 'card-slow', () => letGo())
    if (result !== 0) throw new ReaderError(errorOf(result, 'talking'))
    // Some drivers report success and no bytes where the card has gone.
    if (answer.length === 0) throw new ReaderError('card-removed')
    return answer
  }
  try {
    return await use({ transmit })
  } finally {
    // A command that never came back still holds the handle; it is let go when it does.
    if (!stuck) {
      // Reset while it is still ours alone: an accepted PIN must not serve the next program.
      await native.end(card, PCSC.reset).catch(() => undefined)
      await letGo(PCSC.leave)
    }
  }
}
