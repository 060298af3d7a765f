import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chosenFaceCheck } from './face-check.ts'
import { pinlessCard, withoutPinMessage } from './without-pin.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const isGood = (message: Uint8Array, signature: Uint8Array) =>
  verify('sha256', message, createPublicKey(createPrivateKey(privateKeyPem)), signature)

test('a signature without the PIN is good for its institution and challenge, and for nothing else', async () => {
  const challenge = new Uint8Array(32).fill(7)
  const signature = await pinlessCard({ privateKeyPem }).signWithoutPin('1310000001', challenge)
  expect(isGood(withoutPinMessage('1310000001', challenge), signature)).toBe(true)
  expect(isGood(challenge, signature), 'as if after a PIN').toBe(false)
  expect(isGood(withoutPinMessage('1310000002', challenge), signature), 'at another institution').toBe(false)
  expect(isGood(withoutPinMessage('1310000001', new Uint8Array(32)), signature), 'another challenge').toBe(false)
})

test('two messages are one only where institution and challenge are', () => {
  const numbers = fc.stringMatching(/^[0-9]{10}$/)
  const challenges = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(numbers, numbers, challenges, challenges, (n, m, a, b) => {
      const same = Buffer.from(withoutPinMessage(n, a)).equals(Buffer.from(withoutPinMessage(m, b)))
      expect(same).toBe(n === m && Buffer.from(a).equals(Buffer.from(b)))
    }),
  )
})

test('only yes or no crosses the port', async () => {
  expect(await chosenFaceCheck(() => true).matches()).toBe(true)
  expect(await chosenFaceCheck(async () => false).matches()).toBe(false)
})
