import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { crlFile, issueCrl } from '#packages/x509'
import { browserCard, type CounterStore } from './browser-card.ts'
import { cardContract } from './card-contract.ts'
import { PIN_TRIES } from './card-port.ts'
import { makeCards } from './make-cards.ts'
import { softwareCard } from './software-card.ts'
import { ca, challenge, keys, laterBy, NOW, outcome, verifierOf } from './test-lab.ts'

const [content] = await makeCards(ca, 1, { notBefore: laterBy(-1000), keySource: async () => keys, pinOf: () => '4321' })

function counterInMemory(): CounterStore & { left: number | null } {
  const store = {
    left: null as number | null,
    read: async () => store.left,
    write: async (triesLeft: number) => {
      store.left = triesLeft
    },
  }
  return store
}

cardContract('the software card', async () => ({ card: softwareCard(content!), pin: '4321' }))
cardContract('the browser card', async () => ({ card: browserCard(content!, counterInMemory()), pin: '4321' }))

test('the browser card stays locked when the page is opened again', async () => {
  const counter = counterInMemory()
  for (let i = 0; i < PIN_TRIES; i++)
    await browserCard(content!, counter)
      .sign('1111', challenge)
      .catch(() => undefined)
  await expect(browserCard(content!, counter).sign('4321', challenge)).rejects.toMatchObject({ code: 'card-locked' })
})

test.each([Number.NaN, -1])('a broken count (%s) locks rather than opens', async (left) => {
  const counter = { ...counterInMemory(), read: async () => left }
  await expect(browserCard(content!, counter).sign('4321', challenge)).rejects.toMatchObject({ code: 'card-locked' })
})

test.each([
  ['software', () => softwareCard(content!)],
  ['browser', () => browserCard(content!, counterInMemory())],
])('what a %s card signs passes the whole check', async (_name, makeCard) => {
  const card = makeCard()
  const list = issueCrl(ca, { revoked: [], thisUpdate: NOW, nextUpdate: laterBy(60_000) })
  const verifier = verifierOf({ revocation: crlFile(async () => list) })
  const answer = { certificatePem: await card.certificatePem(), signature: await card.sign('4321', challenge), challenge, now: NOW }
  expect(await outcome(verifier.checkCard(answer))).toBe('accepted')
})

test('the browser card bundles for a browser: nothing of Node is reached', async () => {
  const bundle = (file: string) =>
    build({
      entryPoints: [`${import.meta.dirname}/${file}`],
      bundle: true,
      platform: 'browser',
      write: false,
      format: 'esm',
      logLevel: 'silent',
    })
  expect((await bundle('browser-card.ts')).errors).toEqual([])
  await expect(bundle('software-card.ts'), 'control: the other card does need Node').rejects.toThrow(/node:crypto/)
})
