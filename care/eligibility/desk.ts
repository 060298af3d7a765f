/** What the staff do at a desk beside the reader: look at a holder, come when called, give chart numbers, see who came. */
import type { ConsentService } from '#care/consent'
import { chartNumberOf, chartNumbersOf, keyOfChartNumber, type Person, type PersonService, setChartNumber } from '#care/person'
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { deskOf, screenOf, seconds } from './caller.ts'
import type { Arrival } from './model.ts'
import { branchAgrees, CONSENT_SECONDS, memberOf, readChartLines } from './rules.ts'
import * as store from './store.ts'
import * as looks from './store/look.ts'
import { findArrivals } from './store/visit.ts'

/** A call is shown for so long; whoever still needs somebody calls again. */
const CALL_SECONDS = 600

export type WaitingLook = { id: string; askedAt: Date; person: Person; chartNumber: string | null }
export type Waiting = { looks: WaitingLook[]; calls: looks.Call[] }

/** What came of one line of an institution's list. */
export type ChartOutcome = 'linked' | 'unreadable' | 'not-found' | 'several' | 'taken'
export type ChartImport = { lines: { line: number; outcome: ChartOutcome }[]; counts: Record<ChartOutcome, number> }

const byOf = ({ actor }: Context) => (actor.kind === 'public' ? '' : `${actor.kind}:${actor.id}`)

export function deskService({ consent, person }: { consent: ConsentService; person: PersonService }) {
  /** The one person a typed member belongs to, by the register of cover; null where there is none, several where it fits more. */
  async function whoHas(
    ctx: Context,
    typed: Parameters<typeof memberOf>[0] & { branch?: string | undefined; birthDate: string },
  ): Promise<Person[]> {
    const member = memberOf(typed)
    const keys = await store.findKeys(ctx.db, member, typed.birthDate)
    const { coverages } = await store.findFacts(ctx.db, keys)
    const fitting = coverages.filter((c) => memberOf(c) === member && branchAgrees(c.branch, typed.branch)).map((c) => c.key)
    return person.findByKeys(ctx, [...new Set(fitting)])
  }

  const give = (ctx: Context, one: Person, number: string): Promise<boolean> =>
    setChartNumber(ctx.db, {
      institutionNumber: deskOf(ctx).institutionNumber,
      number,
      key: one.keys[0]!,
      keys: one.keys,
      now: ctx.now,
      by: byOf(ctx),
    })

  return {
    /** Whose cards were accepted at the caller's institution since an instant (kept for a day), the latest first. */
    arrivals: (ctx: Context, about: { since: Date; limit: number }): Promise<Arrival[]> =>
      findArrivals(ctx.db, { ...about, institutionNumber: deskOf(ctx).institutionNumber }),

    /** What the caller's institution calls these people, by key. */
    chartNumbers: (ctx: Context, keys: readonly string[]): Promise<Map<string, string>> =>
      chartNumbersOf(ctx.db, deskOf(ctx).institutionNumber, keys),

    /** Who has this number at the caller's institution: a patient key. */
    async byChartNumber(ctx: Context, typed: string): Promise<string | undefined> {
      const number = chartNumberOf(typed)
      return number === null ? undefined : keyOfChartNumber(ctx.db, deskOf(ctx).institutionNumber, number)
    },

    /** One's own patient, with the number they have here. @refuses patient-not-here */
    async patientHere(ctx: Context, patientId: string): Promise<{ person: Person; number: string | null }> {
      const one = await person.findByKey(ctx, patientId)
      if (!one || !(await consent.related(ctx, one.keys))) return refuse('patient-not-here')
      const numbers = await chartNumbersOf(ctx.db, deskOf(ctx).institutionNumber, one.keys)
      return { person: one, number: [...numbers.values()][0] ?? null }
    },

    /**
     * Gives one's own patient a chart number, once; from then on each touch of the card finds it.
     * @refuses input-invalid, patient-not-here, chart-number-taken
     */
    async setChartNumber(ctx: Context, about: { patientId: string; number: string }): Promise<{ number: string }> {
      const number = chartNumberOf(about.number) ?? refuse('input-invalid', { what: 'number' })
      const one = await person.findByKey(ctx, about.patientId)
      if (!one || !(await consent.related(ctx, one.keys))) return refuse('patient-not-here')
      if (!(await give(ctx, one, number))) refuse('chart-number-taken', { number, key: one.keys[0]! })
      ctx.audit({ key: one.keys[0]!, resource: `Patient/${one.keys[0]!}` })
      return { number }
    },

    /** Takes over an institution's own list; a line that fits nobody, or several, changes nothing and is named. */
    async importChartNumbers(ctx: Context, text: string): Promise<ChartImport> {
      const { lines, unreadable } = readChartLines(text)
      const done: ChartImport['lines'] = unreadable.map((line) => ({ line, outcome: 'unreadable' }))
      for (const { line, number, typed } of lines) {
        const people = await whoHas(ctx, typed)
        const [one] = people
        const outcome = !one ? 'not-found' : people.length > 1 ? 'several' : (await give(ctx, one, number)) ? 'linked' : 'taken'
        if (outcome === 'linked') ctx.audit({ key: one!.keys[0]!, resource: `Patient/${one!.keys[0]!}` })
        done.push({ line, outcome })
      }
      done.sort((a, b) => a.line - b.line)
      const counts = { linked: 0, unreadable: 0, 'not-found': 0, several: 0, taken: 0 }
      for (const { outcome } of done) counts[outcome]++
      return { lines: done, counts }
    },

    /** Who waits at the readers here: to be looked at, or for somebody to come. */
    async waiting(ctx: Context): Promise<Waiting> {
      const { institutionNumber } = deskOf(ctx)
      const asked = await looks.findLooks(ctx.db, institutionNumber, ctx.now)
      const calls = await looks.findCalls(ctx.db, institutionNumber, seconds(ctx.now, -CALL_SECONDS))
      const people = await person.findByKeys(
        ctx,
        asked.map((look) => look.key),
      )
      const numbers = await chartNumbersOf(
        ctx.db,
        institutionNumber,
        people.flatMap((p) => p.keys),
      )
      const waits = asked.flatMap(({ id, key, askedAt }): WaitingLook[] => {
        const one = people.find((p) => p.keys.includes(key))
        return one
          ? [{ id, askedAt, person: one, chartNumber: one.keys.map((k) => numbers.get(k)).find((n) => n !== undefined) ?? null }]
          : []
      })
      return { looks: waits, calls }
    },

    /** How many wait, without saying who. */
    async waitingCount(ctx: Context): Promise<number> {
      const { institutionNumber } = deskOf(ctx)
      const asked = await looks.findLooks(ctx.db, institutionNumber, ctx.now)
      return asked.length + (await looks.findCalls(ctx.db, institutionNumber, seconds(ctx.now, -CALL_SECONDS))).length
    },

    /**
     * A member of staff looked at the holder and the photo on the card. Their own sign-in stands behind it, on another screen
     * than the one where the card lies: nobody who stands at the reader can say it of themselves.
     * @refuses visual-not-waiting, visual-own-screen
     */
    async settleLook(ctx: Context, id: string, same: boolean): Promise<void> {
      if (ctx.actor.kind !== 'staff') refuse('not-permitted')
      const session = await store.lockSession(ctx.db, id)
      if (!session?.pendingKey || session.institutionNumber !== deskOf(ctx).institutionNumber) return refuse('visual-not-waiting')
      const key = session.pendingKey
      if (session.openedBy === screenOf(ctx)) refuse('visual-own-screen', { key })
      const about = { id, same, staffId: ctx.actor.id, now: ctx.now, until: seconds(ctx.now, CONSENT_SECONDS) }
      if (!(await looks.settleLook(ctx.db, about))) refuse('visual-not-waiting', { key })
      ctx.audit({ key, resource: `ReaderSession/${id}`, rule: same ? 'looked-same' : 'looked-other' })
    },

    /** Somebody at the reader asks for the staff. */
    call: (ctx: Context): Promise<void> =>
      looks.insertCall(ctx.db, { id: ulid(ctx.now.getTime()), institutionNumber: deskOf(ctx).institutionNumber, now: ctx.now }),

    /** The staff are on their way: every call of the institution is answered. */
    answerCalls(ctx: Context): Promise<void> {
      if (ctx.actor.kind !== 'staff') refuse('not-permitted')
      return looks.answerCalls(ctx.db, { institutionNumber: deskOf(ctx).institutionNumber, now: ctx.now, staffId: ctx.actor.id })
    },
  }
}
