/** What every card must do, whatever it is made of. A card behind a reader is tested by the same suite. */
import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type CardPort, PIN_TRIES } from './card-port.ts'
import { verifySignature } from './verify.ts'

/** A fresh card (no wrong PIN yet) and its PIN. */
export type CardUnderTest = { card: CardPort; pin: string }

export function cardContract(name: string, makeCard: () => Promise<CardUnderTest>): void {
  const challenge = createHash('sha256').update(name).digest()
  const wrong = (pin: string) => (pin === '0000' ? '0001' : '0000')
  const keyOf = async (card: CardPort): Promise<KeyObject> => new X509Certificate(await card.certificatePem()).publicKey
  const attempt = (card: CardPort, pin: string) =>
    card.sign(pin, challenge).then(
      () => 'signed',
      ({ code, triesLeft }) => `${code} ${triesLeft}`,
    )

  describe(`${name} keeps the contract of a card`, () => {
    test('its certificate is readable without a PIN', async () => {
      const { card } = await makeCard()
      expect(await card.certificatePem()).toContain('BEGIN CERTIFICATE')
    })

    test('with the PIN it signs the challenge, and only this challenge', async () => {
      const { card, pin } = await makeCard()
      const signature = await card.sign(pin, challenge)
      expect(verifySignature(await keyOf(card), challenge, signature)).toBe(true)
      expect(verifySignature(await keyOf(card), Buffer.from('another'), signature)).toBe(false)
    })

    test('three wrong PINs in a row lock it, for the right PIN too', async () => {
      const { card, pin } = await makeCard()
      const seen = [
        await attempt(card, wrong(pin)),
        await attempt(card, wrong(pin)),
        await attempt(card, wrong(pin)),
        await attempt(card, pin),
      ]
      expect(seen).toEqual(['card-pin-wrong 2', 'card-pin-wrong 1', 'card-locked 0', 'card-locked 0'])
    })

    test('the right PIN starts the count again', async () => {
      const { card, pin } = await makeCard()
      for (let round = 0; round < PIN_TRIES; round++) {
        expect(await attempt(card, wrong(pin))).toBe('card-pin-wrong 2')
        expect(await attempt(card, wrong(pin))).toBe('card-pin-wrong 1')
        expect(await attempt(card, pin)).toBe('signed')
      }
    })

    // A card that is sent such a thing counts it; the way to a chip does not send it.
    test.each(['', ' ', '00000000', '12a4', '１２３４'])('an odd PIN (%j) is wrong, whether it is counted or never sent', async (odd) => {
      const { card } = await makeCard()
      expect(await attempt(card, odd)).toMatch(/^card-pin-wrong [23]$/)
    })

    test('a challenge of any length is signed whole', async () => {
      const { card, pin } = await makeCard()
      for (const length of [1, 55, 256, 1000]) {
        const long = Buffer.alloc(length, 7)
        expect(verifySignature(await keyOf(card), long, await card.sign(pin, long))).toBe(true)
      }
    })

    test('many tries at once cannot share one count', async () => {
      const { card, pin } = await makeCard()
      const seen = await Promise.all(Array.from({ length: 10 }, () => attempt(card, wrong(pin))))
      expect(seen.filter((outcome) => outcome.startsWith('card-pin-wrong'))).toHaveLength(PIN_TRIES - 1)
      expect(await attempt(card, pin)).toBe('card-locked 0')
    })
  })
}
