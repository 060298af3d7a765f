import { describe, expect, test } from 'vitest'
import { privateKeyPemOf, type KeyPair } from '#packages/x509'
import type { SignatureAlgorithm } from '#kernel/signing'
import { signerContract } from './signer-contract.ts'
import { SIGNING_PIN_TRIES, softwareSigner } from './software-signer.ts'
import { bigCurveKeys, ca, craft, curveKeys, keys, NOW, verifierOf } from './test-lab.ts'

const made = (pair: KeyPair, algorithm?: SignatureAlgorithm) => async () => {
  const certificateChain = [craft({ pair }), ca.users.certificatePem]
  const key = { certificateChain, privateKeyPem: privateKeyPemOf(pair.privateKey), pin: '246810' }
  const signer = softwareSigner({ hanako: algorithm === undefined ? key : { ...key, algorithm } })
  return { signer, keyRef: 'hanako', pin: '246810', tries: SIGNING_PIN_TRIES }
}

signerContract('a key in memory (RSA)', made(keys))
signerContract('a key in memory (RSA, PSS)', made(keys, 'PS256'))
signerContract('a key in memory (P-256)', made(curveKeys))
signerContract('a key in memory (P-384)', made(bigCurveKeys))

describe('what a key in memory signs passes the whole check', () => {
  test.each([
    ['RS256', keys],
    ['PS256', keys],
    ['ES256', curveKeys],
    ['ES384', bigCurveKeys],
  ] as const)('%s', async (algorithm, pair) => {
    const { signer, keyRef, pin } = await made(pair, algorithm)()
    const data = Buffer.from('prescription')
    const signed = await signer.sign({ data, keyRef, pin })
    const asked = { staffId: 's1', act: 'prescribe' as const, at: NOW, certificatePem: signed.certificateChain[0]!, ...signed, data }
    expect(await verifierOf().check(asked)).toMatchObject({ role: 'physician', name: 'Hanako Enishi' })
  })
})
