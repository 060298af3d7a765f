/**
 * How many cards a second can one core check, without network and database?
 * Run: node bench/card-verify.ts [cards]. Challenges are signed before the clock starts; the first pass sees every card for the first time.
 */
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { certificateVerifier, createDemoCa, crlFile, issueCrl, makeCards, USER_AUTHENTICATION_POLICY } from '#adapters/mynumber-card'

const count = Number(process.argv[2] ?? 200)
const now = new Date()

const ca = await createDemoCa({ now })
const startedAt = performance.now()
const cards = await makeCards(ca, count)
console.log(`cards made: ${count} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)

const revoked = Array.from({ length: 100_000 }, () => ({ serial: randomBytes(16).toString('hex'), revokedAt: now }))
const list = issueCrl(ca, { revoked, thisUpdate: now, nextUpdate: new Date(now.getTime() + 86_400_000) })
const answers = cards.map(({ certificatePem, privateKeyPem }) => {
  const challenge = randomBytes(32)
  return { certificatePem, challenge, signature: sign('sha256', challenge, createPrivateKey(privateKeyPem)), now }
})

function newVerifier(cacheSize: number) {
  const trust = { trustAnchors: [ca.root.certificatePem], intermediates: [ca.users.certificatePem] }
  return certificateVerifier({ ...trust, policyOid: USER_AUTHENTICATION_POLICY, revocation: crlFile(async () => list), cacheSize })
}

async function measure(name: string, cacheSize: number): Promise<void> {
  const verifier = newVerifier(cacheSize)
  const listAt = performance.now()
  await verifier.checkCard(answers[0]!)
  const listMs = performance.now() - listAt
  if (cacheSize >= count) for (const answer of answers) await verifier.checkCard(answer)
  const from = performance.now()
  let done = 0
  let refused = 0
  while (performance.now() - from < 3_000) {
    for (const answer of answers) if ('refused' in (await verifier.checkCard(answer))) refused++
    done += answers.length
  }
  const perSecond = Math.round((done / (performance.now() - from)) * 1000)
  console.log(`${name}: ${perSecond} card checks/s on one core, refused=${refused} (list of 100,000 read in ${listMs.toFixed(0)} ms)`)
}

await measure('certificate seen before', count)
await measure('certificate seen for the first time', 1)
