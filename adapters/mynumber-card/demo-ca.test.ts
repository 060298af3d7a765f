import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type KeySource, parseCertificatePem, rsaKey } from '#packages/x509'
import { exportDemoCa, importDemoCa } from './demo-ca.ts'
import { makeCards } from './make-cards.ts'
import { ca, craft, keys, NOW, outcome, verifierOf } from './test-lab.ts'

const onceMade: KeySource = async () => keys

describe('the demo authority, judged by another implementation', () => {
  const [root, users] = [new X509Certificate(ca.root.certificatePem), new X509Certificate(ca.users.certificatePem)]
  const card = new X509Certificate(craft())

  test('root signs itself and the user authority, which signs cards', () => {
    expect([root.verify(root.publicKey), users.verify(root.publicKey), card.verify(users.publicKey)]).toEqual([true, true, true])
    expect([users.checkIssued(root), card.checkIssued(users), card.checkIssued(root)]).toEqual([true, true, false])
    expect([root.ca, users.ca, card.ca]).toEqual([true, true, false])
  })

  test('our reader sees what the other sees', () => {
    const ours = parseCertificatePem(craft())!
    expect(ours.serial.toUpperCase()).toBe(card.serialNumber)
    expect([new Date(ours.notBefore), new Date(ours.notAfter)]).toEqual([card.validFromDate, card.validToDate])
    expect(ours.rsa).toEqual({ bits: 2048, exponent: 65537 })
    expect(ours.extensions.extendedKeyUsages).toEqual(card.keyUsage)
  })

  test('carries the addresses it was given', async () => {
    const [made] = await makeCards(ca, 1, { keySource: onceMade })
    const text = new X509Certificate(made!.certificatePem)
    expect(text.infoAccess).toContain('http://localhost:8080/demo-ca/ocsp')
  })
})

test('an authority that was stored and read back still issues cards that are accepted', async () => {
  const again = importDemoCa(JSON.parse(JSON.stringify(exportDemoCa(ca))))
  expect(await outcome(verifierOf().verifyCertificate(craft({ issuer: again.users }), NOW))).toBe('accepted')
})

describe('many cards', () => {
  test('are in order, distinct, and each key fits its certificate', async () => {
    const cards = await makeCards(ca, 4, { keySource: rsaKey, pinOf: (index) => `000${index}` })
    expect(cards.map(({ pin }) => pin)).toEqual(['0000', '0001', '0002', '0003'])
    expect(new Set(cards.map(({ serial }) => serial)).size).toBe(4)
    for (const { certificatePem, privateKeyPem } of cards) {
      expect(new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true)
    }
  })

  test('none are made where none are asked for', async () => {
    expect(await makeCards(ca, 0)).toEqual([])
  })
})
