import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { keyIdOf, readLogKeys } from './crypto.ts'

const ed25519 = () => generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString()
const [one, two] = [ed25519(), ed25519()]

test('every key of a file is read, whatever stands between them', () => {
  const keys = readLogKeys(`operator\n${one}\nwitness\n${two}`)!
  expect(new Set(keys.map(keyIdOf)).size).toBe(2)
})

test.each([
  ['nothing', ''],
  ['no key', 'operator'],
  ['a key of another kind', p256],
  ['a key of another kind among ours', `${one}${p256}`],
  ['a key that is broken', one.replace(/\n[A-Za-z0-9+/=]{10}/, '\n')],
])('%s is refused as a whole', (_, text) => {
  expect(readLogKeys(text)).toBeNull()
})
