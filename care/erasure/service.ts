import { createHash } from 'node:crypto'
import type { ConsentService } from '#care/consent'
import type { PersonService } from '#care/person'
import { erase, portionsOf } from '#care/record'
import { blankEntries } from '#kernel/audit-erase'
import type { Actor, Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { Refusal, refuse } from '#kernel/refusal'
import type { Certificate, ErasureCase, Scope, Split, TableRule } from './model.ts'
import { backupsGoneBy, isReason, KEEPING_LAW, LOG_LAW, logYears, nextOf, splitOf } from './rules.ts'
import * as store from './store.ts'

export type ErasureService = ReturnType<typeof erasureService>
export type ErasureDeps = { consent: ConsentService; person: Pick<PersonService, 'findByKey' | 'people'>; plan: readonly TableRule[] }

/** Whoever carries out: an operator's request, or the leader when a time is over. */
type Acting = Pick<Context, 'db' | 'now' | 'audit' | 'tell'>

const QUEUE = 200
const LEAST_WORDS = 5

/** @refuses erasure-own-only: nobody asks this for somebody else, and no app asks it at all */
function own(actor: Actor): Extract<Actor, { kind: 'citizen' }> {
  return actor.kind === 'citizen' && actor.actsFor === undefined && actor.app === undefined ? actor : refuse('erasure-own-only')
}

const operator = ({ actor }: Context): { id: string; name: string } =>
  actor.kind === 'staff' && actor.role === 'operator' ? { id: actor.id, name: actor.name } : refuse('not-permitted')

/** What a person asks of their data as a whole: that it be used no more, that it be erased; and what came of it. */
export function erasureService({ consent, person, plan }: ErasureDeps) {
  const split = async (db: Db, keys: readonly string[], now: Date): Promise<Split> => splitOf(await portionsOf(db, keys), now)

  /** Nobody else sees anything from the next query on. */
  async function stop(ctx: Context): Promise<void> {
    try {
      await consent.closing.close(ctx, { what: 'everything', absolute: true })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'already-exists') throw error
    }
  }

  /**
   * Erases what may go, notes what may not, and writes the certificate: under every key and entry that are the person now, also those
   * joined since they asked, and none that was parted from them.
   * @returns what was decided about each part
   */
  async function carryOut(at: Acting, asked: ErasureCase, by: { id: string; name: string } | null): Promise<Certificate> {
    const { ids, keys } = await person.people.hold(at, asked.personId)
    const one = { ...asked, keys }
    const parts = await split(at.db, keys, at.now)
    const done = parts.kept.length === 0
    const registration = done && one.scope === 'all'
    const order = { at: at.now, by: by?.id ?? one.decidedBy, basis: 'own-request', reason: one.reason }
    const sources = done ? null : parts.free.map(({ source }) => source)
    for (const { key, personId } of sources?.length === 0 ? [] : ordersOf({ ids, keys })) {
      const id = ulid(at.now.getTime())
      const count = await erase(at.db, { ...order, key, id, sources, personId: registration ? personId : null })
      at.audit({ action: 'erasure.erase', key, count, rule: one.reason, resource: `ErasureCase/${one.id}` })
      at.tell({ topic: 'record.erased', key, payload: { basis: order.basis } })
    }
    const clear = (goes: TableRule['goes']) =>
      store.clear(
        at.db,
        plan.filter((rule) => rule.goes === goes),
        { personIds: ids, keys },
      )
    if (done) await clear('record')
    const certificate = await certify(at, one, { parts, done, registration })
    // Last, so that the notice and the certificate still find whose they are.
    if (registration) await clear('registration')
    await store.moveCase(at.db, one, { state: done ? 'erased' : 'kept', at: at.now, keys, nextAt: nextOf(parts), ...(by ? { by } : {}) })
    if (!registration) at.tell({ topic: 'notice', key: keys[0]!, payload: { kind: 'erasure', state: done ? 'erased' : 'held' } })
    return certificate
  }

  /** The certificate's hash stands in the log, whose proofs anybody can check: nobody can write another one later. */
  async function certify(
    at: Acting,
    one: ErasureCase,
    { parts, done, registration }: { parts: Split; done: boolean; registration: boolean },
  ): Promise<Certificate> {
    const id = ulid(at.now.getTime())
    const certificate: Certificate = {
      ...{ id, caseId: one.id, at: at.now.toISOString() },
      erased: parts.free.map(({ source, count }) => ({ institutionNumber: source, resources: count })),
      kept: parts.kept.map(({ source, count, until }) => ({
        ...{ institutionNumber: source, resources: count, until: dateInJapan(until), law: KEEPING_LAW },
      })),
      registration: registration ? 'erased' : 'kept',
      log: { keptYears: logYears(at.now), law: LOG_LAW },
      backups: backupsGoneBy(await store.generations(at.db), at.now),
    }
    const body = JSON.stringify(certificate)
    await store.insertCertificate(at.db, one.personId, { id, caseId: one.id, at: at.now, body })
    at.audit({
      action: 'erasure.certify',
      key: one.keys[0]!,
      rule: done ? 'erased' : 'kept',
      resource: `ErasureCertificate/${certificateHash(body)}`,
    })
    return certificate
  }

  const ofPerson = async (ctx: { db: Db }, personId: string) => {
    const { ids, keys } = await person.people.whole(ctx, personId)
    return { keys, cases: await store.casesOf(ctx.db, ids), certificates: await store.certificatesOf(ctx.db, ids) }
  }

  /** A person's own wish, asked under any of their entries, held. @refuses not-found, erasure-decided */
  async function lockOwn(ctx: Context, personId: string, id: string): Promise<ErasureCase> {
    const { ids } = await person.people.whole(ctx, personId)
    for (const one of ids) {
      const found = await store.lockCase(ctx.db, { personId: one, id })
      if (found) return found.state === 'asked' ? found : refuse('erasure-decided')
    }
    return refuse('not-found')
  }

  return {
    /** What would happen to a person's data if they asked now. @refuses erasure-own-only */
    async preview(ctx: Context): Promise<{ split: Split; backups: Certificate['backups'] }> {
      const { keys } = own(ctx.actor)
      return { split: await split(ctx.db, keys, ctx.now), backups: backupsGoneBy(await store.generations(ctx.db), ctx.now) }
    },
    /** The person's wishes and certificates. @refuses erasure-own-only */
    own: (ctx: Context) => ofPerson(ctx, own(ctx.actor).id),

    /**
     * Takes a wish.
     * @param about.stop nobody else may see anything meanwhile; needs nobody's decision
     * @refuses erasure-own-only, input-invalid, erasure-open
     */
    async ask(ctx: Context, about: { reason: string; scope: Scope; stop: boolean }): Promise<ErasureCase> {
      const { id: personId, keys } = own(ctx.actor)
      const { reason, scope, stop: stopped } = about
      if (!isReason(reason)) return refuse('input-invalid', { what: 'reason' })
      const undecided = { decidedAt: null, decidedBy: '', decidedByName: '', refusal: '', nextAt: null }
      const one: ErasureCase = {
        personId,
        id: ulid(ctx.now.getTime()),
        keys,
        reason,
        scope,
        stopped,
        state: 'asked',
        askedAt: ctx.now,
        ...undecided,
      }
      const open = (await ofPerson(ctx, personId)).cases.some(({ state }) => state === 'asked' || state === 'kept')
      if (open || !(await store.insertCase(ctx.db, one))) refuse('erasure-open')
      if (stopped) await stop(ctx)
      ctx.audit({ key: keys[0]!, rule: reason, resource: `ErasureCase/${one.id}` })
      ctx.tell({ topic: 'notice', key: keys[0]!, payload: { kind: 'erasure', state: stopped ? 'restricted' : 'asked' } })
      return one
    },

    /** Takes it back before anybody decided. What was closed stays so until the person opens it. @refuses erasure-own-only, not-found, erasure-decided */
    async takeBack(ctx: Context, id: string): Promise<void> {
      const { id: personId, keys } = own(ctx.actor)
      await store.moveCase(ctx.db, await lockOwn(ctx, personId, id), { state: 'taken-back', at: ctx.now })
      ctx.audit({ key: keys[0]!, resource: `ErasureCase/${id}` })
    },

    /** Wishes that wait, and those of which something is kept. @refuses not-permitted */
    async queue(ctx: Context) {
      operator(ctx)
      const cases = await store.openCases(ctx.db, QUEUE)
      return { cases, generations: await store.generations(ctx.db) }
    },

    /** One wish with what would happen to it now. @refuses not-permitted, not-found */
    async open(ctx: Context, which: { personId: string; id: string }) {
      operator(ctx)
      const { keys, cases, certificates } = await ofPerson(ctx, which.personId)
      const one = cases.find(({ id }) => id === which.id) ?? refuse('not-found')
      const name = (await person.findByKey(ctx, keys[0] ?? ''))?.name ?? null
      ctx.audit({ key: one.keys[0]!, resource: `ErasureCase/${one.id}` })
      return {
        case: one,
        name,
        split: await split(ctx.db, keys, ctx.now),
        certificates: certificates.filter((c) => c.certificate.caseId === one.id),
      }
    },

    /** Agrees: what may go is erased in this transaction, the rest when its time is over. @refuses not-permitted, not-found, erasure-decided */
    async agree(ctx: Context, which: { personId: string; id: string }): Promise<Certificate> {
      const by = operator(ctx)
      const one = (await store.lockCase(ctx.db, which)) ?? refuse('not-found')
      if (one.state !== 'asked') refuse('erasure-decided')
      return carryOut(ctx, one, by)
    },

    /** Refuses, with the reason the person is told. @refuses not-permitted, not-found, erasure-decided, input-invalid */
    async decline(ctx: Context, which: { personId: string; id: string; words: string }): Promise<void> {
      const by = operator(ctx)
      const words = which.words.trim()
      if (words.length < LEAST_WORDS || words.length > 2_000) refuse('input-invalid', { what: 'words' })
      const one = (await store.lockCase(ctx.db, which)) ?? refuse('not-found')
      if (one.state !== 'asked') refuse('erasure-decided')
      const [key = one.keys[0]!] = (await person.people.whole(ctx, one.personId)).keys
      await store.moveCase(ctx.db, one, { state: 'refused', at: ctx.now, by, refusal: words })
      ctx.audit({ key, rule: 'refused', resource: `ErasureCase/${one.id}` })
      ctx.tell({ topic: 'notice', key, payload: { kind: 'erasure', state: 'refused' } })
    },

    /** Erases what was kept and whose time is over. @returns how many cases moved */
    async carryOutDue(at: Acting): Promise<number> {
      const due = await store.dueCases(at.db, at.now, 20)
      for (const { personId, id } of due) {
        const one = await store.lockCase(at.db, { personId, id })
        if (one?.state === 'kept') await carryOut(at, one, null)
      }
      return due.length
    },

    /** Takes away what the log says about people of whom nothing is left, once its own time is over. */
    async forgetEntries(at: Pick<Context, 'db' | 'now'>): Promise<number> {
      const before = new Date(at.now)
      before.setUTCFullYear(before.getUTCFullYear() - logYears(at.now))
      let [count, after] = [0, '']
      for (;;) {
        const keys = await store.erasedKeys(at.db, 200, after)
        if (keys.length === 0) return count
        count += await blankEntries(at.db, { keys, before })
        after = keys.at(-1)!
      }
    },

    /** Sets by when a backup's key is destroyed, never later than it was: certificates name that day. @refuses not-permitted, input-invalid, not-found, backup-end-later */
    async endBackup(ctx: Context, about: { generation: string; endsOn: string }): Promise<void> {
      operator(ctx)
      if (!/^\d{4}-\d{2}-\d{2}$/.test(about.endsOn) || about.endsOn < dateInJapan(ctx.now)) refuse('input-invalid', { what: 'endsOn' })
      if (!(await store.setEnd(ctx.db, about.generation, about.endsOn))) {
        const stands = (await store.generations(ctx.db)).some((g) => g.generation === about.generation && g.destroyedAt === null)
        refuse(stands ? 'backup-end-later' : 'not-found')
      }
      ctx.audit({ resource: `Backup/${about.generation}`, rule: 'ends' })
    },
  }
}

/** An order for each key, and one for each entry beside the first: what is restored from a backup knows nothing of who was joined. */
const ordersOf = ({ ids, keys }: { ids: readonly string[]; keys: readonly string[] }): { key: string; personId: string }[] => [
  ...keys.map((key) => ({ key, personId: ids[0]! })),
  ...ids.slice(1).flatMap((personId) => keys.slice(0, 1).map((key) => ({ key, personId }))),
]

/** SHA-256 of a certificate's text, in hexadecimal: what the log names it by. */
export const certificateHash = (body: string): string => createHash('sha256').update(body).digest('hex')
