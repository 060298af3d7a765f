/** Makes many demo cards at once. Making an RSA key is the slow part; it runs on several threads. */
import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { type KeySource, privateKeyPemOf, randomSerial, rsaKey } from '#packages/x509'
import { type DemoCa, issueUserCertificate } from './demo-ca.ts'

export type DemoCard = {
  /** lower-case hexadecimal */
  serial: string
  certificatePem: string
  privateKeyPem: string
  /** four digits */
  pin: string
}

export type MakeCardsOptions = {
  /** from when and until when the certificates are valid; default yesterday and five years on */
  notBefore?: Date
  notAfter?: Date
  concurrency?: number
  keySource?: KeySource
  pinOf?: (index: number) => string
}

const YEAR_MS = 365 * 86_400_000

export async function makeCards(ca: DemoCa, count: number, options: MakeCardsOptions = {}): Promise<DemoCard[]> {
  const { notBefore = new Date(Date.now() - 86_400_000), concurrency = availableParallelism(), keySource = rsaKey } = options
  const { notAfter = new Date(notBefore.getTime() + 5 * YEAR_MS), pinOf = randomPin } = options
  const cards: DemoCard[] = []
  let next = 0
  async function work(): Promise<void> {
    for (let index = next++; index < count; index = next++) {
      const { publicKey, privateKey } = await keySource()
      const serial = randomSerial()
      const certificatePem = issueUserCertificate(ca, { serial, notBefore, notAfter, publicKey })
      cards[index] = { serial, certificatePem, privateKeyPem: privateKeyPemOf(privateKey), pin: pinOf(index) }
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, work))
  return cards
}

const randomPin = (): string => String(randomInt(10_000)).padStart(4, '0')
