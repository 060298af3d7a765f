/** What every signer must do, whatever holds its keys. */
import { createHash, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Refusal } from '#kernel/refusal'
import type { Signer } from '#kernel/signing'
import { verifies } from './test-lab.ts'

/** A fresh signer (no wrong PIN yet), a key of it and the PIN; `tries` wrong ones in a row lock it, null where it never locks. */
export type SignerUnderTest = { signer: Signer; keyRef: string; pin: string; tries: number | null }

export function signerContract(name: string, make: () => Promise<SignerUnderTest>): void {
  const data = createHash('sha256').update(name).digest()
  const attempt = ({ signer, keyRef }: SignerUnderTest, pin: string) =>
    signer.sign({ data, keyRef, pin }).then(
      () => 'signed',
      (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
    )

  describe(`${name} keeps the contract of a signer`, () => {
    test('its certificate is readable without a PIN, the signer’s own first', async () => {
      const { signer, keyRef } = await make()
      const [own, ...rest] = await signer.certificateChain(keyRef)
      expect(new X509Certificate(own!).ca).toBe(false)
      for (const above of rest) expect(new X509Certificate(above).ca).toBe(true)
    })

    test('with the PIN it signs the data, and only this data', async () => {
      const { signer, keyRef, pin } = await make()
      const signed = await signer.sign({ data, keyRef, pin })
      expect(signed.algorithm).toBe(await signer.algorithm(keyRef))
      expect(signed.certificateChain).toEqual(await signer.certificateChain(keyRef))
      expect(verifies(signed, data)).toBe(true)
      expect(verifies(signed, Buffer.from('another')), 'the control').toBe(false)
    })

    test('data of any length is signed whole', async () => {
      const { signer, keyRef, pin } = await make()
      for (const length of [0, 1, 117, 256, 100_000]) {
        const long = Buffer.alloc(length, 7)
        expect(verifies(await signer.sign({ data: long, keyRef, pin }), long), `${length}`).toBe(true)
      }
    })

    test('wrong PINs in a row lock it where it locks, and never sign', async () => {
      const made = await make()
      const seen: string[] = []
      for (let i = 0; i < (made.tries ?? 10); i++) seen.push(await attempt(made, '000000'))
      expect(seen.slice(0, -1)).toEqual(seen.slice(0, -1).map(() => 'signing-pin-wrong'))
      expect(await attempt(made, made.pin)).toBe(made.tries === null ? 'signed' : 'signing-pin-locked')
    })

    test('the right PIN starts the count again', async () => {
      const made = await make()
      for (let round = 0; round < 3; round++) {
        expect(await attempt(made, '000000')).toBe('signing-pin-wrong')
        expect(await attempt(made, made.pin)).toBe('signed')
      }
    })

    test('a right PIN before does not let a wrong one pass', async () => {
      const made = await make()
      expect(await attempt(made, made.pin)).toBe('signed')
      expect(await attempt(made, '000000')).toBe('signing-pin-wrong')
    })

    test.each(['', ' ', '1'.repeat(300), '123\x256'])('an odd PIN (%j) is wrong', async (odd) => {
      expect(await attempt(await make(), odd)).toBe('signing-pin-wrong')
    })

    test('a key it does not hold is told as such, and costs no try', async () => {
      const made = await make()
      for (let i = 0; i < (made.tries ?? 3) + 1; i++)
        expect(await attempt({ ...made, keyRef: 'somebody else' }, made.pin)).toBe('signing-key-missing')
      expect(await attempt(made, made.pin)).toBe('signed')
    })

    test('many at once each get their own signature', async () => {
      const { signer, keyRef, pin } = await make()
      const texts = Array.from({ length: 12 }, (_, i) => Buffer.from(`document ${i}`))
      const signed = await Promise.all(texts.map((text) => signer.sign({ data: text, keyRef, pin })))
      expect(signed.map((one, i) => verifies(one, texts[i]!))).toEqual(texts.map(() => true))
    })
  })
}
