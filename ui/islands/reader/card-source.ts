/** The card in front of the screen: chosen from the demo's, or lying on a reader that the bridge program of this machine reaches. */
import { browserCardOverBridge, pairWithBridge } from '../../../adapters/mynumber-card/browser-bridge.ts'
import { browserCard, type BrowserCardContent } from '../../../adapters/mynumber-card/browser-card.ts'
import { ReaderError } from '../../../adapters/mynumber-card/card-port.ts'
import { pinlessCard } from '../../../adapters/mynumber-card/without-pin.ts'
import { asked, counterOf, Told } from './exchange.ts'
import { bridge, find, institution, says } from './words.ts'

export type PlacedCard = {
  certificatePem: string
  sign(pin: string, challenge: Uint8Array): Promise<Uint8Array>
  /** Where the reader itself compares faces, or the staff look; absent where the card signs with its PIN alone. */
  signWithoutPin?: (challenge: Uint8Array) => Promise<Uint8Array>
}

/** The card that was placed. `pin`: what the demo shows beside the keys. */
export async function placedCard(): Promise<PlacedCard & { pin?: string }> {
  return bridge === '' ? chosenCard() : cardOnReader()
}

async function chosenCard(): Promise<PlacedCard & { pin: string }> {
  const n = find<HTMLSelectElement>('#field-card')?.value
  if (!n) throw new Told(says('noCard'), 'no-card')
  const content = await asked<BrowserCardContent>('GET', `/demo/cards/${encodeURIComponent(n)}`)
  const { certificatePem, pin } = content
  const card = browserCard(content, await counterOf(certificatePem))
  const signWithoutPin = (challenge: Uint8Array) => pinlessCard(content).signWithoutPin(institution, challenge)
  return { certificatePem, pin, sign: (typed, challenge) => card.sign(typed, challenge), signWithoutPin }
}

/** By the page's own place, so that a bridge on another port is paired anew. */
const TOKEN = `enishi.card-bridge ${bridge}`

async function cardOnReader(): Promise<PlacedCard> {
  const token = localStorage.getItem(TOKEN)
  if (token === null) throw new ReaderError('bridge-not-paired')
  const card = browserCardOverBridge({ base: bridge, token })
  const certificatePem = await card.certificatePem()
  return { certificatePem, sign: (pin, challenge) => card.sign(pin, challenge) }
}

export const isPaired = (): boolean => bridge === '' || localStorage.getItem(TOKEN) !== null

/** The staff enter the code that the bridge shows, once. @refuses bridge-code-wrong, bridge-absent */
export async function pair(code: string): Promise<void> {
  localStorage.setItem(TOKEN, await pairWithBridge(bridge, code))
}
