import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AppletOptions, appletSimulator, type Fault, simulatedReader } from './applet-simulator.ts'
import { cardContract } from './card-contract.ts'
import { readerErrors } from './card-port.ts'
import { apduCard } from './jpki-applet.ts'
import { makeCards } from './make-cards.ts'
import { ca, challenge, keys, laterBy, outcome, NOW, verifierOf } from './test-lab.ts'
import { verifySignature } from './verify.ts'

const [content] = await makeCards(ca, 1, { notBefore: laterBy(-1000), keySource: async () => keys, pinOf: () => '4321' })
const simulated = (options: AppletOptions = {}, fault: () => Fault | null = () => null) => {
  const applet = appletSimulator(content!, options)
  return { applet, card: apduCard(simulatedReader(applet, fault)) }
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  )

const kinds: [string, AppletOptions][] = [
  ['a card behind a reader', {}],
  ['a card that answers in small parts', { answerBytes: 64 }],
  ['a card strict about lengths', { strictLe: true }],
  ['a card that tells its lock by 6984', { lockedAs: 0x6984 }],
  ['a card that tells its lock by 63C0', { lockedAs: 0x63c0 }],
]
for (const [name, options] of kinds) cardContract(name, async () => ({ card: simulated(options).card, pin: '4321' }))

test('what it signs passes the whole check, and its certificate is the one inside to the byte', async () => {
  const { card } = simulated()
  const certificatePem = await card.certificatePem()
  expect(new X509Certificate(certificatePem).raw).toEqual(new X509Certificate(content!.certificatePem).raw)
  const answer = { certificatePem, signature: await card.sign('4321', challenge), challenge, now: NOW }
  expect(await outcome(verifierOf().checkCard(answer))).toBe('accepted')
})

describe('the PIN', () => {
  test('what cannot be one is never sent, and costs no try', async () => {
    const { card, applet } = simulated()
    for (const odd of ['', '123', '12345', 'abcd', '１２３４', '4321\0'])
      expect(await codeOf(card.sign(odd, challenge))).toBe('card-pin-wrong')
    expect(applet.seen.filter((command) => command === '00200080')).toHaveLength(6)
    for (const wrong of ['0000', '1111']) expect(await codeOf(card.sign(wrong, challenge))).toBe('card-pin-wrong')
    expect(await codeOf(card.sign('4321', challenge)), 'the control: two wrong ones left one try').toBe('done')
  })

  test('a locked card is told before a PIN is sent', async () => {
    const { card, applet } = simulated()
    for (const wrong of ['0000', '1111', '2222']) await codeOf(card.sign(wrong, challenge))
    const before = applet.seen.length
    expect(await codeOf(card.sign('4321', challenge))).toBe('card-locked')
    expect(applet.seen.slice(before)).toEqual(['00a4040c', '00a4020c', '00200080'])
  })

  test('accepted once, it serves nobody after: the card is reset when the use ends', async () => {
    const { applet, card } = simulated()
    await card.sign('4321', challenge)
    const access = simulatedReader(applet)
    const sneak = (bytes: string) => access.exclusively(async (channel) => Buffer.from(await channel.transmit(Buffer.from(bytes, 'hex'))))
    expect((await sneak('802a0080020000')).readUInt16BE(0), 'nothing is selected').toBe(0x6985)
    const within = await access.exclusively(async (channel) => {
      for (const bytes of ['00a4040c0ad392f000260100000001', '00a4020c020017']) await channel.transmit(Buffer.from(bytes, 'hex'))
      return Buffer.from(await channel.transmit(Buffer.from(`802a008033${'00'.repeat(51)}00`, 'hex')))
    })
    expect(within.readUInt16BE(0), 'the PIN is wanted again').toBe(0x6982)
  })

  test('appears in no error', async () => {
    const { card } = simulated()
    const error = await card.sign('9876', challenge).catch((e: Error) => e)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('9876')
  })
})

describe('what happens on the way', () => {
  // Commands of a signature: application, PIN file, tries, PIN, key file, signature.
  const steps = [0, 1, 2, 3, 4, 5]
  test.each<[Exclude<Fault['kind'], 'answers' | 'absent' | 'in-use'>, string]>([
    ['torn-out', 'card-removed'],
    ['unplugged', 'reader-unplugged'],
    ['silent', 'card-slow'],
  ])('%s at any step is told, and the card serves again after', async (kind, code) => {
    for (const after of steps) {
      let fault: Fault | null = { kind, after }
      const { card } = simulated({}, () => fault)
      expect(await codeOf(card.sign('4321', challenge)), `after ${after}`).toBe(code)
      fault = null
      expect(await codeOf(card.sign('4321', challenge)), 'the control').toBe('done')
    }
  })

  test.each<[Fault['kind'], string]>([
    ['absent', 'card-absent'],
    ['in-use', 'card-in-use'],
  ])('%s', async (kind, code) => {
    expect(await codeOf(simulated({}, () => ({ kind }) as Fault).card.certificatePem())).toBe(code)
  })

  test('another card is told apart from a broken one', async () => {
    expect(await codeOf(simulated({ withoutApplication: true }).card.certificatePem())).toBe('card-other')
    const broken = simulated({}, () => ({ kind: 'answers', after: 0, bytes: Buffer.from('6f00', 'hex') }))
    expect(await codeOf(broken.card.certificatePem())).toBe('card-unreadable')
  })

  test('garbage at any step never passes for a certificate or a signature', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.concat([some, Buffer.from([0x90, 0])])),
    )
    const told = ['card-unreadable', 'card-other', 'card-pin-wrong', 'card-locked']
    await fc.assert(
      fc.asyncProperty(fc.nat(6), bytes, fc.boolean(), async (after, garbage, reading) => {
        const fault: Fault = { kind: 'answers', after, bytes: garbage }
        const { card } = simulated({}, () => fault)
        const work = reading ? card.certificatePem() : card.sign('4321', challenge)
        const result = await work.then(
          (value) => (typeof value === 'string' ? value : verifySignature(keys.publicKey, challenge, value)),
          (error: { code?: string }) => error.code ?? `thrown: ${error}`,
        )
        // All of the certificate or signature had come before the garbage, or the garbage has the size of a signature and verifies nothing.
        const fine = result === true || result === false || told.includes(String(result)) || String(result).includes('CERTIFICATE')
        expect(fine, String(result)).toBe(true)
        if (result === true) expect(after).toBe(6)
      }),
      { numRuns: 300 },
    )
  })

  test('a certificate that claims to be huge is not read', async () => {
    let commands = 0
    const transmit = async (command: Uint8Array) => {
      commands++
      return Buffer.from(command[1] === 0xb0 ? '3082ffff9000' : '9000', 'hex')
    }
    expect(await codeOf(apduCard({ exclusively: (use) => use({ transmit }) }).certificatePem())).toBe('card-unreadable')
    expect(commands).toBe(3)
  })
})

test('every reader error says in both languages what to do', () => {
  for (const { ja, en } of Object.values(readerErrors)) {
    expect(ja).toMatch(/ください。$/)
    expect(en.length).toBeGreaterThan(40)
  }
})
