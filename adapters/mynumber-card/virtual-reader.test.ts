import { afterAll, describe, expect, test } from 'vitest'
import { appletSimulator } from './applet-simulator.ts'
import { cardContract } from './card-contract.ts'
import { apduCard } from './jpki-applet.ts'
import { makeCards } from './make-cards.ts'
import { pcscAccess } from './pcsc.ts'
import { ca, challenge, keys, laterBy } from './test-lab.ts'
import { type VirtualReader, virtualReader, whyNoVirtualReader } from './virtual-reader.fixture.ts'

const missing = whyNoVirtualReader()
if (missing !== null) {
  console.warn(`the virtual reader is not tested here: ${missing}`)
  test.skip(`a card in a virtual reader of this system (skipped: ${missing})`, () => undefined)
} else {
  describe('a card in a virtual reader of this system', { timeout: 60_000 }, () => {
    let reader: Promise<VirtualReader> | null = null
    const made = makeCards(ca, 1, { notBefore: laterBy(-1000), keySource: async () => keys, pinOf: () => '4321' })
    const card = apduCard(pcscAccess({ waitMs: 15_000 }))
    const fresh = async () => {
      reader ??= virtualReader()
      await (await reader).insert(appletSimulator((await made)[0]!))
      return { card, pin: '4321' }
    }
    afterAll(async () => (await reader)?.stop())

    cardContract('the card behind the system’s own service', fresh)

    test('torn out between two commands, it is told so, and then that there is no card', async () => {
      await fresh()
      ;(await reader!).tearOutAfter(2)
      await expect(card.sign('4321', challenge)).rejects.toMatchObject({ code: 'card-removed' })
      const once = apduCard(pcscAccess())
      await expect(once.certificatePem()).rejects.toMatchObject({ code: 'card-absent' })
    })
  })
}
