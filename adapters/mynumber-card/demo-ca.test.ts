import { createPrivateKey, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCertificatePem } from './certificate.ts'
import { exportDemoCa, importDemoCa, type KeySource, rsaKey } from './demo-ca.ts'
import { childrenOf, elementAt, instantOf, oidOf, serialOf, wholeElement } from './der.ts'
import { generalizedTime, oid, sequence, sequenceOf, time, unsigned } from './der-writer.ts'
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

describe('the encoding', () => {
  test('numbers come back as they went in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 159n }), (number) => {
        const encoded = unsigned(number.toString(16))
        expect(BigInt(`0x${serialOf(encoded, elementAt(encoded, 0, encoded.length))}`)).toBe(number)
      }),
    )
  })

  test('instants come back to the second', () => {
    const seconds = fc.integer({ min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 })
    fc.assert(
      fc.property(seconds, (second) => {
        for (const encoded of [time(new Date(second * 1000)), generalizedTime(new Date(second * 1000))]) {
          expect(instantOf(encoded, elementAt(encoded, 0, encoded.length))).toBe(second * 1000)
        }
      }),
    )
  })

  test.each(['2.5.29.15', '1.2.392.200149.8.5.1.3.30', '2.999.3', '0.9.2342.19200300.100.1.25'])('%s comes back', (dotted) => {
    const encoded = oid(dotted)
    expect(oidOf(encoded, elementAt(encoded, 0, encoded.length))).toBe(dotted)
  })

  test.each([
    ['indefinite length', '3080'],
    ['length not minimal', '30810100'],
    ['length with a leading zero', '3082000101'],
    ['more than is there', '3005'],
    ['long tag', '3f8101'],
    ['trailing bytes', '300000'],
    ['nothing', ''],
  ])('%s is refused', (_name, hex) => {
    const bytes = Buffer.from(hex, 'hex')
    expect(() => wholeElement(bytes, 0x30)).toThrow()
  })

  test('a list of a hundred thousand parts is written and read', () => {
    const bytes = sequenceOf(Array.from({ length: 100_000 }, () => sequence()))
    expect(childrenOf(bytes, wholeElement(bytes, 0x30))).toHaveLength(100_000)
  })
})
