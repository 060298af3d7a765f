/** A16: cards that must not open a session: certificates that ended, were stopped or are another's, stale lists, answers of another challenge. */
import { crlFile, issueCrl, type RevocationSource } from '#adapters/mynumber-card'
import { linkCard } from '#care/person'
import {
  alwaysGood,
  answerTo,
  at,
  ca,
  type Craft,
  craft,
  DAY,
  laterBy,
  otherKeys,
  shortKeys,
  twin,
  verifierOf,
} from '../../adapters/mynumber-card/test-lab.ts'
import { cardVerifier } from '../../app/demo/authority.ts'
import { type FrontDoor, openFrontDoor } from '../../portals/sign-in/front-door.fixture.ts'
import { forgedSignatures } from './a16-staff.ts'
import type { Attack } from './result.ts'

type Door = FrontDoor & { revocation: (source: RevocationSource) => void }
type Challenge = { id: string; challenge: string }
/** `gained`: a session that the attacker must not have. */
type Attempt = { name: string; gained: (door: Door) => Promise<boolean> }

const SERIAL = '4d00000000000001'

async function challengeOf({ app }: Door): Promise<Challenge> {
  return (await app.inject({ method: 'POST', url: '/sign-in/card/challenge' })).json()
}
type Answer = { id: string; certificatePem: string; signature: Buffer }
async function opens({ app }: Door, { id, certificatePem, signature }: Answer): Promise<boolean> {
  const payload = { id, certificatePem, signature: signature.toString('base64url') }
  const answer = await app.inject({ method: 'POST', url: '/sign-in/card', payload })
  return /enishi_session=[\w-]{20,}/.test(String(answer.headers['set-cookie'] ?? ''))
}
const bytesOf = ({ challenge }: Challenge) => Buffer.from(challenge, 'base64url')

/** Answers a challenge with a certificate that was made so. */
async function withCard(door: Door, wanted: Craft = {}): Promise<boolean> {
  const asked = await challengeOf(door)
  return opens(door, { id: asked.id, certificatePem: craft(wanted), signature: answerTo(bytesOf(asked), wanted.pair) })
}
const carded = (name: string, wanted: Craft): Attempt => ({ name, gained: (door) => withCard(door, wanted) })
const underList = (name: string, source: RevocationSource): Attempt => ({
  name,
  async gained(door) {
    door.revocation(source)
    try {
      return await withCard(door)
    } finally {
      door.revocation(alwaysGood)
    }
  },
})
const listOf = (revoked: boolean, from: Date) =>
  issueCrl(ca, {
    revoked: revoked ? [{ serial: SERIAL, revokedAt: laterBy(-DAY) }] : [],
    thisUpdate: from,
    nextUpdate: new Date(from.getTime() + DAY),
  })
const unreachable: RevocationSource = {
  known: () => null,
  ask: () => Promise.reject(new Error('unreachable')),
}

const attempts: readonly Attempt[] = [
  carded('expired', { notAfter: at('2026-11-22T02:00:00Z') }),
  carded('not yet valid', { notBefore: at('2027-01-01T00:00:00Z') }),
  carded('of another authority of the same name', { issuer: twin.users }),
  carded('of another authority that claims our key id', { issuer: { ...twin.users, keyId: ca.users.keyId } }),
  carded('of no policy', { policy: null }),
  carded('of the signing policy', { policy: '1.2.392.200149.8.5.1.1.20' }),
  carded('for encryption only', { keyUsage: 0x20 }),
  carded('for servers', { extendedKeyUsage: '1.3.6.1.5.5.7.3.1' }),
  carded('an authority itself', { authority: true }),
  carded('with a weak key', { pair: shortKeys }),
  carded('of a card that nobody’s record knows', { serial: '4d00000000000099' }),
  underList(
    'revoked, says the list',
    crlFile(async () => listOf(true, laterBy(0))),
  ),
  underList(
    'not revoked, says a list that is stale',
    crlFile(async () => listOf(false, laterBy(-3 * DAY))),
  ),
  underList(
    'not revoked, says the list of another authority',
    crlFile(async () => issueCrl(twin, { revoked: [], thisUpdate: laterBy(0), nextUpdate: laterBy(DAY) })),
  ),
  underList('nobody says anything', unreachable),
  {
    name: 'a challenge answered twice',
    async gained(door) {
      const asked = await challengeOf(door)
      const answer = { id: asked.id, certificatePem: craft(), signature: answerTo(bytesOf(asked)) }
      await opens(door, answer)
      return opens(door, answer)
    },
  },
  {
    name: 'the answer to another challenge',
    async gained(door) {
      const [one, other] = [await challengeOf(door), await challengeOf(door)]
      return opens(door, { id: one.id, certificatePem: craft(), signature: answerTo(bytesOf(other)) })
    },
  },
  {
    name: 'a challenge of ten minutes ago',
    async gained(door) {
      const asked = await challengeOf(door)
      door.minutesLater(10)
      return opens(door, { id: asked.id, certificatePem: craft(), signature: answerTo(bytesOf(asked)) })
    },
  },
  {
    name: 'a challenge that nobody gave',
    gained: (door) => opens(door, { id: '01h0000000000000000000000x', certificatePem: craft(), signature: answerTo(Buffer.alloc(32)) }),
  },
  {
    name: 'the person’s certificate, signed by another key',
    async gained(door) {
      const asked = await challengeOf(door)
      return opens(door, { id: asked.id, certificatePem: craft(), signature: answerTo(bytesOf(asked), otherKeys) })
    },
  },
  {
    name: 'no signature to speak of',
    async gained(door) {
      const asked = await challengeOf(door)
      return opens(door, { id: asked.id, certificatePem: craft(), signature: Buffer.alloc(256) })
    },
  },
]

/** The front door with the card check of the product, or with one that believes every card. */
async function openDoor(mutated: boolean): Promise<Door> {
  let source: RevocationSource = alwaysGood
  const revocation: RevocationSource = { known: (...about) => source.known(...about), ask: (...about) => source.ask(...about) }
  const strict = cardVerifier(verifierOf({ revocation }))
  const found = await strict.check({
    certificatePem: craft(),
    challenge: Buffer.from('x'),
    signature: answerTo(Buffer.from('x')),
    now: laterBy(0),
  })
  if ('refused' in found) throw new Error(`the control fails: a good card is ${found.refused}`)
  const door = await openFrontDoor({ cards: mutated ? { check: async () => found } : strict })
  const person = await door.person('山川 花子', null)
  await linkCard(door.db, { ...found, personId: person.personId, at: door.clock.at })
  return Object.assign(door, {
    revocation(next: RevocationSource) {
      source = next
    },
  })
}

export const a16: Attack = {
  what: 'Cards of citizens and certificates of staff that ended, were stopped, are another’s or of another policy, stale lists, replayed challenges, signatures wrapped anew or moved to another document',
  control: 'a card check that believes every card, a reader of signatures that believes whatever names a certificate',
  async run({ mutated, tell }) {
    const door = await openDoor(mutated)
    try {
      const leaks: string[] = []
      for (const { name, gained } of attempts) {
        if (await gained(door)) leaks.push(name)
        // A good card opens after each, so that no refusal comes of a lock or of a list that stayed.
        if (!mutated && !(await withCard(door))) throw new Error(`the control fails after: ${name}`)
        door.minutesLater(15)
      }
      const signatures = await forgedSignatures(mutated)
      if (mutated && (leaks.length === 0 || signatures.leaks.length === 0)) return { tried: attempts.length, leaks: [] }
      tell(`${attempts.length} attempts at the door, ${signatures.tried} at signatures`)
      return { tried: attempts.length + signatures.tried, leaks: [...leaks, ...signatures.leaks] }
    } finally {
      await door.close()
    }
  },
}
