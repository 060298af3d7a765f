import { describe, expect, test } from 'vitest'
import { appletSimulator } from './applet-simulator.ts'
import { ReaderError } from './card-port.ts'
import { apduCard } from './jpki-applet.ts'
import { makeCards } from './make-cards.ts'
import { errorOf, pcscAccess } from './pcsc.ts'
import { loadNative, type Native, PCSC } from './pcsc-native.ts'
import { ca, challenge, keys, laterBy } from './test-lab.ts'

const [content] = await makeCards(ca, 1, { notBefore: laterBy(-1000), keySource: async () => keys, pinOf: () => '4321' })
const never = <T>() => new Promise<T>(() => undefined)

/** A service in memory with one card, and the order in which it was called. */
function service(changes: Partial<Native> = {}): { native: Native; calls: string[] } {
  const applet = appletSimulator(content!)
  const calls: string[] = []
  const real: Native = {
    establish: async () => ({ code: 0, context: 1 }),
    release: async () => 0,
    readers: async () => ({ code: 0, names: ['Kiosk reader 00 00', 'Other reader 00 00'] }),
    connect: async (_context, reader) =>
      reader.startsWith('Kiosk') ? { code: 0, card: 2, protocol: 2 } : { code: PCSC.noCard, card: 0, protocol: 0 },
    begin: async () => 0,
    end: async (_card, disposition) => {
      if (disposition === PCSC.reset) applet.reset()
      return 0
    },
    disconnect: async () => 0,
    transmit: async (_card, _protocol, command) => ({ code: 0, answer: applet.process(command) }),
  }
  const noted = Object.entries({ ...real, ...changes }).map(([name, call]) => [
    name,
    (...given: unknown[]) => {
      calls.push(name === 'end' || name === 'disconnect' ? `${name} ${String(given[1])}` : name)
      return (call as (...all: unknown[]) => unknown)(...given)
    },
  ])
  return { native: Object.fromEntries(noted) as Native, calls }
}
const bounds = { commandMs: 30, connectMs: 30 }
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof ReaderError ? error.code : String(error)),
  )
const signing = (changes: Partial<Native>) => codeOf(apduCard(pcscAccess({ ...bounds, ...service(changes) })).sign('4321', challenge))

describe('a use of the card', () => {
  test('begins alone and ends with a reset, then everything is released', async () => {
    const { native, calls } = service()
    await apduCard(pcscAccess({ ...bounds, native })).sign('4321', challenge)
    const order = calls.filter((call) => call !== 'transmit')
    expect(order).toEqual(['establish', 'readers', 'connect', 'begin', `end ${PCSC.reset}`, `disconnect ${PCSC.leave}`, 'release'])
  })

  test.each<[string, Partial<Native>, string]>([
    ['the service does not run', { establish: async () => ({ code: PCSC.noService, context: 0 }) }, 'reader-service-missing'],
    ['no reader', { readers: async () => ({ code: PCSC.noReaders, names: [] }) }, 'reader-absent'],
    ['a reader without card', { connect: async () => ({ code: PCSC.noCard, card: 0, protocol: 0 }) }, 'card-absent'],
    ['another program has it', { connect: async () => ({ code: PCSC.sharingViolation, card: 0, protocol: 0 }) }, 'card-in-use'],
    ['another program does not let go', { begin: never }, 'card-in-use'],
    ['the card put in upside down', { connect: async () => ({ code: PCSC.unresponsiveCard, card: 0, protocol: 0 }) }, 'card-unreadable'],
    ['the card torn out', { transmit: async () => ({ code: PCSC.removedCard, answer: Buffer.alloc(0) }) }, 'card-removed'],
    ['the card torn out, told by no bytes', { transmit: async () => ({ code: 0, answer: Buffer.alloc(0) }) }, 'card-removed'],
    ['the reader unplugged', { transmit: async () => ({ code: PCSC.readerUnavailable, answer: Buffer.alloc(0) }) }, 'reader-unplugged'],
    ['a card that does not answer', { transmit: never }, 'card-slow'],
    ['a service that hangs', { establish: never }, 'reader-service-missing'],
    ['nothing wrong: the control', {}, 'done'],
  ])('%s', async (_name, changes, code) => {
    expect(await signing(changes)).toBe(code)
  })

  test('a card connected too late is let go, reset', async () => {
    let finish: (value: { code: number; card: number; protocol: number }) => void = () => undefined
    const { native, calls } = service({ connect: () => new Promise((resolve) => (finish = resolve)) })
    expect(await codeOf(pcscAccess({ ...bounds, native }).exclusively(async () => 1))).toBe('card-in-use')
    finish({ code: 0, card: 9, protocol: 2 })
    await new Promise((resolve) => setImmediate(resolve))
    expect(calls).toContain(`disconnect ${PCSC.reset}`)
  })

  test('the reader that was named is the one used', async () => {
    const other = pcscAccess({ ...bounds, ...service(), reader: 'Other' })
    expect(await codeOf(other.exclusively(async () => 1))).toBe('card-absent')
    expect(await codeOf(pcscAccess({ ...bounds, ...service(), reader: 'None' }).exclusively(async () => 1))).toBe('reader-absent')
    expect(await codeOf(pcscAccess({ ...bounds, ...service(), reader: 'Kiosk' }).exclusively(async () => 1))).toBe('done')
  })

  test('waits for a card where it was told to', async () => {
    let tries = 0
    const connect = async () => ({ code: tries++ < 2 ? PCSC.noCard : 0, card: 2, protocol: 2 })
    expect(await codeOf(pcscAccess({ ...bounds, ...service({ connect }), waitMs: 20_000 }).exclusively(async () => 1))).toBe('done')
  })
})

test('a code nobody knows is told as unreadable, whenever it comes', () => {
  expect([errorOf(0x80100abc, 'connecting'), errorOf(1, 'talking')]).toEqual(['card-unreadable', 'card-unreadable'])
})

test('a service whose library is not installed is told as such', async () => {
  await expect(loadNative(['libno-such-library.so.9'])).rejects.toMatchObject({ code: 'reader-service-missing' })
})
