/**
 * Signing without the PIN (特定機関認証): a reader proves the holder by another way and lets the card sign under the authority
 * of its institution. The message is another than the one signed after a PIN, so that neither signature passes for the other.
 * Nothing of Node: a page's script imports this too.
 */
export function withoutPinMessage(institutionNumber: string, challenge: Uint8Array): Uint8Array<ArrayBuffer> {
  const prefix = new TextEncoder().encode(`specified-institution:${institutionNumber}:`)
  const message = new Uint8Array(prefix.length + challenge.length)
  message.set(prefix)
  message.set(challenge, prefix.length)
  return message
}

/** A card that signs without its PIN, for a reader of one institution. */
export type PinlessCard = { signWithoutPin(institutionNumber: string, challenge: Uint8Array): Promise<Uint8Array<ArrayBuffer>> }

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

/** The software card of the demo. */
export function pinlessCard({ privateKeyPem }: { privateKeyPem: string }): PinlessCard {
  return {
    async signWithoutPin(institutionNumber, challenge) {
      const der = Uint8Array.from(atob(privateKeyPem.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '')), (c) => c.charCodeAt(0))
      const key = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
      return new Uint8Array(await crypto.subtle.sign(algorithm, key, withoutPinMessage(institutionNumber, challenge)))
    },
  }
}
