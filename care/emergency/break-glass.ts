/** Opening one person's record because life is at stake: found, opened with a ground, ended by itself. */
import { emergencies, type ConsentService, type OpenedEmergency } from '#care/consent'
import { closeness, type Person, type PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import { type Ground, openingFacts, staffOf } from './break-glass-facts.ts'
import { codeOn, reasons, type WhyHardId, whyLonger } from './break-glass-reasons.ts'
import {
  DESK_PROOF_MINUTES,
  EXTENSION_MINUTES,
  judgeOpening,
  LOOKS_PER_HOUR,
  maySecond,
  OPEN_MINUTES,
  REQUEST_MINUTES,
  REVIEW_HOURS,
} from './break-glass-rules.ts'
import * as cases from './store/case.ts'
import * as requests from './store/request.ts'

export type { Ground } from './break-glass-facts.ts'
export type Opened = { state: 'open'; id: string }
export type Waiting = { state: 'waiting'; requestId: string; needs: string[] }

/** Stands for a ground that is whole, where the form has not been filled in yet. */
const anyGround: Ground = { reason: 'unconscious', because: ['no-response'], note: '----' }

type Second = { id: string; name: string }

/** Enough to make sure of somebody, and nothing more: `area` is the town alone, empty for who is protected. */
export type Candidate = { key: string; name: string; nameKana: string; birthDate: string; sex: Person['sex']; area: string }

/** Town of an address: up to the first 市, 区, 町 or 村 after the prefecture. */
export const townOf = (address: string): string =>
  /^(?:東京都|北海道|(?:京都|大阪)府|.{2,3}県)?[^\d０-９\s]{1,12}?[市区町村]/u.exec(address.trim())?.[0] ?? ''

const after = (now: Date, minutes: number) => new Date(now.getTime() + minutes * 60_000)
const SHOWN = 5

export type LookedFor = { name: string; birthDate: string; sex: string; memberId: string }

export type BreakGlass = ReturnType<typeof breakGlass>

/** The service behind the pages of an emergency department. */
export function breakGlass({ consent, person }: { consent: ConsentService; person: PersonService }) {
  async function personOf(ctx: Context, key: string): Promise<Person> {
    return (await person.findByKey(ctx, key)) ?? refuse('not-found')
  }

  async function candidate(ctx: Context, one: Person): Promise<Candidate> {
    const hidden = await person.marks.hidden(ctx, one.keys)
    const area = hidden.size > 0 ? '' : townOf(one.address)
    return { key: one.keys[0]!, name: one.name, nameKana: one.nameKana, birthDate: one.birthDate, sex: one.sex, area }
  }

  /** Writes the fact, the dossier and the notice: one cannot be without the others, because they share the transaction. */
  async function begin(ctx: Context, about: { of: Person; ground: Ground; flags: string[]; second: Second | null }): Promise<Opened> {
    const staff = staffOf(ctx)
    const { of, ground, flags, second } = about
    const id = ulid(ctx.now.getTime())
    const key = of.keys[0]!
    const reason = codeOn(reasons, ground.reason, dateInJapan(ctx.now)) ?? refuse('emergency-reason-needed')
    const { institutionNumber, institutionName } = staff
    const who = { staffId: staff.id, staffName: staff.name, institutionNumber, institutionName }
    const span = { since: ctx.now, until: after(ctx.now, OPEN_MINUTES) }
    await emergencies.insertEmergency(ctx.db, { id, keys: of.keys, ...who, ...span, reason, note: ground.note.trim() })
    await cases.insertCase(ctx.db, {
      ...{ key, id, ...who, staffRole: staff.role, sessionId: ctx.session?.id ?? '', openedAt: ctx.now, reason, flags },
      because: [...ground.because],
      clause: reasons[reason].clause,
      secondId: second?.id ?? null,
      secondName: second?.name ?? null,
      dueAt: after(ctx.now, REVIEW_HOURS * 60),
    })
    // The reason is a code beside the rule, so that the person reads both; what was typed stays out of the log.
    ctx.audit({ action: 'emergency.open', key, rule: `break-glass ${reason}`, consentId: id, resource: `Emergency/${id}`, kinds: [] })
    ctx.tell({ topic: 'notice', key, payload: { kind: 'break-glass', emergencyId: id, institutionName, staffName: staff.name } })
    return { state: 'open', id }
  }

  /** @refuses as the table of `break-glass-rules.ts` says */
  async function judged(ctx: Context, of: Person, ground: Ground): Promise<{ needs: string[]; flags: string[] }> {
    const staff = staffOf(ctx)
    const facts = await openingFacts(ctx, { consent, person: of, ground })
    const verdict = judgeOpening(facts)
    if (verdict.refused === null) return verdict
    const [running] = await emergencies.runningEmergencies(ctx.db, {
      staffId: staff.id,
      institutionNumber: staff.institutionNumber,
      now: ctx.now,
    })
    const where = verdict.refused === 'emergency-not-needed' ? `/clinic/patients/${of.keys[0]}` : `/clinic/emergency/${running?.id ?? ''}`
    return refuse(verdict.refused, { key: of.keys[0]!, where, minutes: String(DESK_PROOF_MINUTES) })
  }

  /** One that runs for whoever asks. @refuses emergency-over */
  async function running(ctx: Context, id: string): Promise<OpenedEmergency> {
    const staff = staffOf(ctx)
    const found = await emergencies.findEmergencyOfStaff(ctx.db, { staffId: staff.id, id })
    const key = found?.keys[0]
    const runs =
      found !== undefined &&
      found.institutionNumber === staff.institutionNumber &&
      found.endedAt === null &&
      found.until > ctx.now &&
      found.since <= ctx.now
    return runs ? found : refuse('emergency-over', key === undefined ? {} : { key })
  }

  return {
    /**
     * People whom name and birth date, or number and birth date, mean; never by less, and a few at most.
     * @refuses emergency-identity-needed, emergency-too-many-looks
     */
    async find(ctx: Context, asked: LookedFor): Promise<{ found: Candidate[]; total: number }> {
      const staff = staffOf(ctx)
      const looks = await requests.countLooks(ctx.db, { staffId: staff.id, since: after(ctx.now, -60) })
      if (looks >= LOOKS_PER_HOUR) refuse('emergency-too-many-looks', { limit: String(LOOKS_PER_HOUR) })
      const wish = { name: asked.name.trim(), birthDate: asked.birthDate.trim(), memberId: asked.memberId.trim() }
      if (wish.birthDate === '' || (wish.name === '' && wish.memberId === '')) refuse('emergency-identity-needed')
      const all = await person.people.search(ctx, wish, { limit: 50, offset: 0 })
      const open = (sex: string) => sex === '' || sex === 'unknown' || sex === 'other'
      const fits = (all?.found ?? []).filter((one) => open(asked.sex) || open(one.sex) || one.sex === asked.sex)
      const people = await person.findByKeys(
        ctx,
        fits.slice(0, SHOWN).map((one) => one.key),
      )
      await requests.insertLook(ctx.db, {
        ...{ staffId: staff.id, id: ulid(ctx.now.getTime()), institutionNumber: staff.institutionNumber, at: ctx.now },
        found: fits.length,
      })
      for (const one of people)
        ctx.audit({ action: 'emergency.find', key: one.keys[0]!, resource: 'Patient?', kinds: ['patient'], count: 1 })
      return { found: await Promise.all(people.map((one) => candidate(ctx, one))), total: fits.length }
    },

    /**
     * Who would be opened, and why a second clinician would have to agree.
     * @refuses not-found; what would refuse the opening whatever ground were given
     */
    async preview(ctx: Context, key: string): Promise<{ who: Candidate; needs: string[] }> {
      const of = await personOf(ctx, key)
      const { needs } = await judged(ctx, of, anyGround)
      ctx.audit({ key: of.keys[0]!, resource: 'Patient?', kinds: ['patient'], count: 1 })
      return { who: await candidate(ctx, of), needs }
    },

    /** The person of a form that was sent back. @refuses not-found */
    who: async (ctx: Context, key: string): Promise<Candidate> => candidate(ctx, await personOf(ctx, key)),

    /**
     * Opens, or asks for a second clinician where the rules demand one.
     * @refuses emergency-reason-needed, emergency-desk, emergency-chained, emergency-self, emergency-family, emergency-running,
     * emergency-not-needed, not-permitted
     */
    async open(ctx: Context, about: { key: string; ground: Ground }): Promise<Opened | Waiting> {
      const of = await personOf(ctx, about.key)
      const { needs, flags } = await judged(ctx, of, about.ground)
      if (needs.length === 0) return begin(ctx, { of, ground: about.ground, flags, second: null })
      const staff = staffOf(ctx)
      const id = ulid(ctx.now.getTime())
      await requests.insertRequest(ctx.db, {
        ...{ key: of.keys[0]!, id, staffId: staff.id, staffName: staff.name, institutionNumber: staff.institutionNumber },
        ...{
          sessionId: ctx.session?.id ?? '',
          reason: about.ground.reason,
          because: [...about.ground.because],
          note: about.ground.note.trim(),
        },
        ...{ needs, askedAt: ctx.now, until: after(ctx.now, REQUEST_MINUTES) },
      })
      ctx.audit({ action: 'emergency.ask-second', key: of.keys[0]!, resource: `EmergencyRequest/${id}`, kinds: ['patient'] })
      return { state: 'waiting', requestId: id, needs }
    },

    /** Requests at the asker's institution that wait. Nobody is named: whoever opens one sees whom it is about. */
    requests: (ctx: Context) => requests.openRequests(ctx.db, { institutionNumber: staffOf(ctx).institutionNumber, now: ctx.now }),

    /** One request with the person it is about. @refuses emergency-request-over */
    async request(ctx: Context, id: string): Promise<{ request: requests.SecondRequest; who: Candidate; isMine: boolean }> {
      const staff = staffOf(ctx)
      const over = { minutes: String(REQUEST_MINUTES) }
      const found =
        (await requests.findRequest(ctx.db, { id, institutionNumber: staff.institutionNumber })) ?? refuse('emergency-request-over', over)
      if (found.until <= ctx.now) refuse('emergency-request-over', { ...over, key: found.key })
      const of = await personOf(ctx, found.key)
      ctx.audit({ key: of.keys[0]!, resource: `EmergencyRequest/${id}`, kinds: ['patient'], count: 1 })
      return { request: found, who: await candidate(ctx, of), isMine: found.staffId === staff.id }
    },

    /** A second clinician says yes or no. @refuses emergency-request-over, emergency-second-refused, emergency-desk */
    async answer(ctx: Context, about: { id: string; answer: 'yes' | 'no' }): Promise<void> {
      const staff = staffOf(ctx)
      const over = { minutes: String(REQUEST_MINUTES) }
      const found =
        (await requests.findRequest(ctx.db, { id: about.id, institutionNumber: staff.institutionNumber, lock: true })) ??
        refuse('emergency-request-over', over)
      if (found.until <= ctx.now || found.answer !== null) refuse('emergency-request-over', { ...over, key: found.key })
      const of = await personOf(ctx, found.key)
      const near = await closeness.of(ctx, { staffId: staff.id, institutionNumber: staff.institutionNumber, person: of })
      const able = maySecond({ id: staff.id, role: staff.role, throughApp: staff.app !== undefined, closeness: near }, found.staffId)
      if (!able || ctx.session === undefined) refuse('emergency-second-refused', { key: found.key })
      const sinceProof = ctx.now.getTime() - ctx.session.provenAt.getTime()
      if (ctx.session.desk && sinceProof > DESK_PROOF_MINUTES * 60_000)
        refuse('emergency-desk', { key: found.key, minutes: String(DESK_PROOF_MINUTES) })
      await requests.answerRequest(ctx.db, {
        key: found.key,
        id: found.id,
        answer: about.answer,
        at: ctx.now,
        secondId: staff.id,
        secondName: staff.name,
      })
      ctx.audit({ key: found.key, resource: `EmergencyRequest/${found.id}`, kinds: ['patient'], rule: about.answer })
    },

    /** The first clinician goes on once the second agreed; everything is judged anew. @refuses emergency-request-over, and as `open` */
    async openAgreed(ctx: Context, id: string): Promise<Opened> {
      const staff = staffOf(ctx)
      const found = await requests.findRequest(ctx.db, { id, institutionNumber: staff.institutionNumber, lock: true })
      const good = found?.staffId === staff.id && found.answer === 'yes' && found.emergencyId === null && found.until > ctx.now
      if (found === undefined || !good || found.secondId === null)
        return refuse('emergency-request-over', { minutes: String(REQUEST_MINUTES), ...(found ? { key: found.key } : {}) })
      const of = await personOf(ctx, found.key)
      const ground: Ground = { reason: found.reason, because: found.because as WhyHardId[], note: found.note }
      const { flags } = await judged(ctx, of, ground)
      const opened = await begin(ctx, { of, ground, flags, second: { id: found.secondId, name: found.secondName ?? '' } })
      await requests.noteOpened(ctx.db, { key: found.key, id: found.id, emergencyId: opened.id })
      return opened
    },

    running,

    /** What runs for whoever asks, and what reviewers asked them. */
    async mine(ctx: Context): Promise<{ running: OpenedEmergency[]; asked: cases.EmergencyCase[]; people: Map<string, Candidate> }> {
      const staff = staffOf(ctx)
      const runs = await emergencies.runningEmergencies(ctx.db, {
        staffId: staff.id,
        institutionNumber: staff.institutionNumber,
        now: ctx.now,
      })
      const asked = (await cases.casesOfStaff(ctx.db, staff.id, 50)).filter(
        (one) => one.askedAt !== null && one.answeredAt === null && one.outcome === null,
      )
      const people = new Map<string, Candidate>()
      for (const one of runs) {
        const of = await person.findByKey(ctx, one.keys[0]!)
        if (of) people.set(one.id, await candidate(ctx, of))
      }
      return { running: runs, asked, people }
    },

    /** @refuses emergency-over */
    async end(ctx: Context, id: string): Promise<void> {
      const found = await running(ctx, id)
      await emergencies.endEmergency(ctx.db, { keys: found.keys, id, at: ctx.now })
      ctx.audit({ key: found.keys[0]!, consentId: id, resource: `Emergency/${id}` })
    },

    /** Once, with a reason. @refuses emergency-over, emergency-extended, emergency-reason-needed */
    async extend(ctx: Context, about: { id: string; reason: string }): Promise<Date> {
      const found = await running(ctx, about.id)
      const key = found.keys[0]!
      const reason = codeOn(whyLonger, about.reason, dateInJapan(ctx.now)) ?? refuse('emergency-reason-needed', { key })
      const dossier =
        (await cases.findCase(ctx.db, { id: about.id, staffId: found.staffId, lock: true })) ?? refuse('emergency-over', { key })
      if (dossier.extendedAt !== null) refuse('emergency-extended', { key })
      const until = after(found.until, EXTENSION_MINUTES)
      await emergencies.prolongEmergency(ctx.db, { keys: found.keys, id: about.id, until })
      await cases.noteExtension(ctx.db, { key: dossier.key, id: about.id, at: ctx.now, reason })
      ctx.audit({ key, consentId: about.id, resource: `Emergency/${about.id}`, rule: reason })
      return until
    },
  }
}
