/** Cases that other rooms tell of: an emergency access that its reviewers condemned. */
import { z } from 'zod'
import type { Taker, Told } from '#kernel/outbox'
import type { Db } from '#kernel/database'
import { insertBreach, noteStep } from '../store/breach.ts'
import { insertScope } from '../store/scope.ts'
import { slicesOf, type Selector } from '../scope/selector.ts'
import { usualFacts } from './service.ts'

const payloadSchema = z.object({
  source: z.literal('break-glass'),
  emergencyId: z.string(),
  keys: z.array(z.string()),
  staffId: z.string(),
  institutionNumber: z.string(),
  since: z.coerce.date(),
  knownAt: z.coerce.date(),
})

async function take(db: Db, told: Told, now: Date): Promise<void> {
  const of = payloadSchema.parse(told.payload)
  const selector: Selector = { actorIds: [of.staffId], keys: of.keys, from: of.since.toISOString() }
  // The message's own id, so that one which comes again makes no second case.
  const id = told.id
  const facts = { ...usualFacts, wrongfulPurpose: true }
  const title = `緊急時の閲覧が、審査で認められなかった（${of.emergencyId}）`
  const made = await insertBreach(
    db,
    {
      id,
      drill: false,
      title,
      body: 'private',
      source: 'break-glass',
      sourceRef: of.emergencyId,
      knownAt: of.knownAt,
      ownerId: '',
      ownerName: '',
      facts,
      scopeId: id,
    },
    now,
  )
  if (!made) return
  await insertScope(db, { id, selector, breachId: id, askedAt: now, askedBy: '', askedByName: '', toAt: now, slices: slicesOf(selector) })
  await noteStep(db, { breachId: id, at: now, byId: '', byName: '', step: 'made', note: '' })
}

/** Turns messages of topic `breach` into cases. */
export const breachTaker: Taker = {
  topics: ['breach'],
  take: async (db, told, now) => {
    for (const one of told) await take(db, one, now)
  },
}
