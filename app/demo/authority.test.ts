import { expect, test } from 'vitest'
import { withoutPinMessage } from '#adapters/mynumber-card'
import { cardVerifier } from './authority.ts'

const about = { certificatePem: 'pem', signature: new Uint8Array([1]), now: new Date('2026-11-22T03:00:00Z') }

/** What the adapter is asked to verify the signature over. */
async function checkedOver(more: { withoutPinAt?: string }): Promise<Uint8Array> {
  const asked: Uint8Array[] = []
  const cards = cardVerifier({
    verifyCertificate: () => Promise.reject(new Error('not asked')),
    checkCard: async ({ challenge }) => {
      asked.push(challenge)
      return { refused: 'signature-invalid' }
    },
  })
  expect(await cards.check({ ...about, challenge: new Uint8Array([7]), ...more })).toMatchObject({ refused: 'signature-invalid' })
  return asked[0]!
}

test('after a PIN the card answers the challenge itself; without one the message of its institution', async () => {
  expect([...(await checkedOver({}))]).toEqual([7])
  expect(await checkedOver({ withoutPinAt: '1310000001' })).toEqual(withoutPinMessage('1310000001', new Uint8Array([7])))
})
