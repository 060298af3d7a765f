/**
 * The system's smart card service (PC/SC), called as it is: pcsc-lite on Linux, PCSC.framework on macOS, winscard on Windows.
 * Loaded when first used. Calls run on threads of their own, so that a card which does not answer holds up nothing else.
 *
 * @spec PC/SC Workgroup, Interoperability Specification 2.01; pcsc-lite winscard.h
 */
import { ReaderError } from './card-port.ts'

export type Handle = number | bigint
/** A call's own code: 0 is success; others are named in `PCSC`. */
export type Native = {
  establish(): Promise<{ code: number; context: Handle }>
  release(context: Handle): Promise<number>
  readers(context: Handle): Promise<{ code: number; names: string[] }>
  connect(context: Handle, reader: string): Promise<{ code: number; card: Handle; protocol: number }>
  begin(card: Handle): Promise<number>
  end(card: Handle, disposition: number): Promise<number>
  disconnect(card: Handle, disposition: number): Promise<number>
  transmit(card: Handle, protocol: number, command: Uint8Array): Promise<{ code: number; answer: Buffer }>
}

export const PCSC = {
  success: 0,
  invalidHandle: 0x80100003,
  unknownReader: 0x80100009,
  timeout: 0x8010000a,
  sharingViolation: 0x8010000b,
  noCard: 0x8010000c,
  protocolMismatch: 0x8010000f,
  notReady: 0x80100010,
  commError: 0x80100013,
  readerUnavailable: 0x80100017,
  noService: 0x8010001d,
  serviceStopped: 0x8010001e,
  noReaders: 0x8010002e,
  unsupportedCard: 0x80100065,
  unresponsiveCard: 0x80100066,
  unpoweredCard: 0x80100067,
  resetCard: 0x80100068,
  removedCard: 0x80100069,
  leave: 0,
  reset: 1,
  unpower: 2,
} as const

const SHARED = 2
const PROTOCOLS = 3
const MAX_ANSWER = 65_538
const MAX_NAMES = 16 * 1024

type Platform = { libraries: readonly string[]; dword: string; long: string; handle: string; suffix: string }

/** The same functions have integers of other widths on each system. */
function platformOf(name: NodeJS.Platform): Platform {
  if (name === 'win32') return { libraries: ['winscard.dll'], dword: 'uint32_t', long: 'int32_t', handle: 'uintptr_t', suffix: 'A' }
  if (name === 'darwin') {
    const libraries = ['/System/Library/Frameworks/PCSC.framework/PCSC']
    return { libraries, dword: 'uint32_t', long: 'int32_t', handle: 'int32_t', suffix: '' }
  }
  return { libraries: ['libpcsclite.so.1', 'libpcsclite.so'], dword: 'unsigned long', long: 'long', handle: 'long', suffix: '' }
}

type Call = (...given: unknown[]) => Promise<number>

/** @refuses reader-service-missing where the library for calling it, or the service's own library, is not installed */
export async function loadNative(libraries?: readonly string[]): Promise<Native> {
  const platform = platformOf(process.platform)
  const koffi = await import('koffi').then(
    (module) => module.default,
    () => {
      throw new ReaderError('reader-service-missing')
    },
  )
  const library = (libraries ?? platform.libraries).reduce<ReturnType<typeof koffi.load> | null>((found, path) => {
    if (found !== null) return found
    try {
      return koffi.load(path)
    } catch {
      return null
    }
  }, null)
  if (library === null) throw new ReaderError('reader-service-missing')
  const { dword, long, handle, suffix } = platform
  const declared = (name: string, parameters: string): Call => {
    const call = library.func(`${long} ${name}(${parameters.replaceAll('DWORD', dword).replaceAll('HANDLE', handle)})`)
    return (...given) =>
      new Promise((resolve, reject) => {
        // Codes above 2^31 arrive negative where the type is signed.
        call.async(...given, (error: unknown, code: number | bigint) =>
          error ? reject(error) : resolve(Number(BigInt.asUintN(32, BigInt(code)))),
        )
      })
  }
  return bindings(declared, suffix, koffi.sizeof(dword))
}

function bindings(declared: (name: string, parameters: string) => Call, suffix: string, dwordBytes: number): Native {
  const establish = declared('SCardEstablishContext', 'DWORD scope, void *a, void *b, _Out_ HANDLE *context')
  const release = declared('SCardReleaseContext', 'HANDLE context')
  const list = declared(`SCardListReaders${suffix}`, 'HANDLE context, void *groups, void *names, _Inout_ DWORD *length')
  const connect = declared(
    `SCardConnect${suffix}`,
    'HANDLE context, const char *reader, DWORD share, DWORD protocols, _Out_ HANDLE *card, _Out_ DWORD *protocol',
  )
  const begin = declared('SCardBeginTransaction', 'HANDLE card')
  const end = declared('SCardEndTransaction', 'HANDLE card, DWORD disposition')
  const disconnect = declared('SCardDisconnect', 'HANDLE card, DWORD disposition')
  const transmit = declared(
    'SCardTransmit',
    'HANDLE card, void *sendPci, void *send, DWORD sendLength, void *receivePci, void *receive, _Inout_ DWORD *length',
  )
  return {
    async establish() {
      const context: [Handle] = [0]
      return { code: await establish(0, null, null, context), context: context[0] }
    },
    release,
    async readers(context) {
      const [names, length]: [Buffer, [number]] = [Buffer.alloc(MAX_NAMES), [MAX_NAMES]]
      const code = await list(context, null, names, length)
      return { code, names: code === 0 ? names.toString('utf8', 0, Math.min(length[0], MAX_NAMES)).split('\0').filter(Boolean) : [] }
    },
    async connect(context, reader) {
      const [card, protocol]: [[Handle], [number]] = [[0], [0]]
      return { code: await connect(context, reader, SHARED, PROTOCOLS, card, protocol), card: card[0], protocol: Number(protocol[0]) }
    },
    begin,
    end,
    disconnect,
    async transmit(card, protocol, command) {
      const [answer, length, sent]: [Buffer, [number], Buffer] = [Buffer.alloc(MAX_ANSWER), [MAX_ANSWER], Buffer.from(command)]
      try {
        const code = await transmit(card, protocolHeader(protocol, dwordBytes), sent, sent.length, null, answer, length)
        return { code, answer: Buffer.from(answer.subarray(0, Math.min(Number(length[0]), MAX_ANSWER))) }
      } finally {
        // A PIN may have stood in it.
        sent.fill(0)
      }
    },
  }
}

/** SCARD_IO_REQUEST: two integers, the protocol and the length of both. */
function protocolHeader(protocol: number, dwordBytes: number): Buffer {
  const header = Buffer.alloc(dwordBytes * 2)
  header.writeUInt32LE(protocol, 0)
  header.writeUInt32LE(dwordBytes * 2, dwordBytes)
  return header
}
