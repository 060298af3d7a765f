import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CardChannel, encodeCommand, exchange, meaningOf, parseAnswer, parseCommand } from './apdu.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const head = { cla: 0, ins: 0xa4, p1: 4, p2: 0x0c }

describe('a command as bytes', () => {
  test.each([
    ['nothing sent, nothing wanted', { ...head }, '00a4040c'],
    ['256 wanted', { ...head, le: 256 }, '00a4040c 00'],
    ['four wanted', { ...head, le: 4 }, '00a4040c 04'],
    ['two sent', { ...head, data: hex('0018') }, '00a4040c 02 0018'],
    ['two sent, 256 wanted', { ...head, data: hex('0018'), le: 256 }, '00a4040c 02 0018 00'],
    ['257 wanted: extended', { ...head, le: 257 }, '00a4040c 00 0101'],
    ['65,536 wanted: extended', { ...head, le: 65_536 }, '00a4040c 00 0000'],
    ['two sent, 300 wanted: extended', { ...head, data: hex('0018'), le: 300 }, '00a4040c 000002 0018 012c'],
  ])('%s', (_name, command, bytes) => {
    expect(encodeCommand(command).toString('hex')).toBe(hex(bytes).toString('hex'))
  })

  test('comes back as it went in, whatever its lengths', () => {
    const length = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(255, 256, 257, 65_535))
    const le = fc.option(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(256, 257, 65_535, 65_536)), { nil: undefined })
    const byte = fc.nat(255)
    fc.assert(
      fc.property(byte, byte, byte, byte, length, le, (cla, ins, p1, p2, n, wanted) => {
        const command = {
          cla,
          ins,
          p1,
          p2,
          ...(n > 0 ? { data: Buffer.alloc(n, 1) } : {}),
          ...(wanted === undefined ? {} : { le: wanted }),
        }
        expect(parseCommand(encodeCommand(command))).toEqual(command)
      }),
    )
  })

  test('no bytes whatever make the reading throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => void parseCommand(bytes)))
  })

  test.each(['00a404', '00a4040c 05 0018', '00a4040c 02 0018 00 00', '00a4040c 00 01', '00a4040c 00 0002 00 00 00'])(
    '%s is no command',
    (bytes) => {
      expect(parseCommand(hex(bytes))).toBeNull()
    },
  )

  test('too long is refused before it is sent', () => {
    expect(() => encodeCommand({ ...head, data: Buffer.alloc(65_536) })).toThrow(RangeError)
    expect(() => encodeCommand({ ...head, le: 65_537 })).toThrow(RangeError)
  })
})

describe('what a card says', () => {
  test.each([
    [0x9000, { kind: 'done' }],
    [0x61ff, { kind: 'more', bytes: 255 }],
    [0x6100, { kind: 'more', bytes: 256 }],
    [0x6c10, { kind: 'ask-again', bytes: 16 }],
    [0x63c2, { kind: 'tries-left', tries: 2 }],
    [0x63c0, { kind: 'locked' }],
    [0x6983, { kind: 'locked' }],
    [0x6984, { kind: 'locked' }],
    [0x6300, { kind: 'other' }],
    [0x6f00, { kind: 'other' }],
  ])('%i', (sw, meaning) => {
    expect(meaningOf(sw)).toEqual(meaning)
  })

  test.each(['', '90'])('%j is no answer', (bytes) => {
    expect(() => parseAnswer(hex(bytes))).toThrow('card-unreadable')
  })
})

function channelOf(...answers: string[]): CardChannel & { sent: string[] } {
  const sent: string[] = []
  return {
    sent,
    async transmit(command) {
      sent.push(Buffer.from(command).toString('hex'))
      return hex(answers[Math.min(sent.length, answers.length) - 1]!)
    },
  }
}

describe('one command and its whole answer', () => {
  test('parts that are held back are fetched', async () => {
    const channel = channelOf('aa 6102', 'bbcc 6101', 'dd 9000')
    expect((await exchange(channel, { ...head, le: 256 })).data.toString('hex')).toBe('aabbccdd')
    expect(channel.sent).toEqual(['00a4040c00', '00c0000002', '00c0000001'])
  })

  test('a length the card corrects is taken', async () => {
    const channel = channelOf('6c02', 'aabb 9000')
    expect((await exchange(channel, { ...head, le: 256 })).data.toString('hex')).toBe('aabb')
    expect(channel.sent).toEqual(['00a4040c00', '00a4040c02'])
  })

  test('a card that corrects for ever, or always has more, is given up', async () => {
    const correcting = channelOf('6c02')
    expect((await exchange(correcting, { ...head, le: 256 })).sw).toBe(0x6c02)
    expect(correcting.sent).toHaveLength(2)
    const endless = channelOf('aa 6101')
    await expect(exchange(endless, { ...head, le: 256 })).rejects.toThrow('card-unreadable')
    expect(endless.sent.length).toBeLessThan(40)
    await expect(exchange(channelOf(`${'aa'.repeat(60_000)} 6100`), { ...head, le: 256 })).rejects.toThrow('card-unreadable')
  })
})
