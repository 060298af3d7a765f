import type { PersonService } from '#care/person'
import { findActs, type AuditedAct } from '#kernel/audit-read'
import type { Actor, Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import { refuse } from '#kernel/refusal'
import type { Act, AskedAct, Question, Side, Step } from './model.ts'
import { dueIn, firstState, median, MOST_TEXT, moveOf } from './rules.ts'
import * as store from './store.ts'

export type QuestionService = ReturnType<typeof questionService>
/** `name` of whoever asked, as the register knows them; null where it no longer does. */
export type Opened = { question: Question; steps: Step[]; personName: string | null }
export type MonthOfQuestions = { month: string; asked: number; answered: number; toAuditors: number; medianDays: number | null }

const DAY_MS = 86_400_000
const LATELY_MS = 90 * DAY_MS

const snapshot = (act: AuditedAct): AskedAct => {
  const { requestId, actorKind, actorId, actorName, actorRole, institutionNumber, institutionName, purpose, action, outcome } = act
  const who = { requestId, actorKind, actorId, actorName, actorRole, institutionNumber, institutionName, purpose, action, outcome }
  return { ...who, at: act.at.toISOString(), kinds: act.kinds, count: act.count, rules: act.rules, law: act.law }
}

/** @refuses question-text */
function textOf(text: string, required: boolean): string {
  const clean = text.replaceAll('\r\n', '\n').trim()
  if ((required && clean === '') || clean.length > MOST_TEXT) refuse('question-text', { max: String(MOST_TEXT) })
  return clean
}

type Staff = Extract<Actor, { kind: 'staff' }>
const staffOf = ({ actor }: Context): Staff => (actor.kind === 'staff' ? actor : refuse('not-permitted'))

/** The side a member of staff stands on; nobody but administrators and auditors has one. */
const sideOf = (staff: Staff): Exclude<Side, 'person'> =>
  staff.role === 'auditor' ? 'auditor' : staff.role === 'administrator' ? 'institution' : refuse('not-permitted')

const note = (ctx: Context, q: Pick<Question, 'key' | 'id'>, rule: string): void =>
  ctx.audit({ key: q.key, resource: `Question/${q.id}`, rule, count: 1 })

/** Moves a question, writes the step down and tells the person where something was written to them. */
async function move(
  ctx: Context,
  q: Question,
  about: { act: Act; side: Side; text: string; by: { id: string; name: string } },
): Promise<void> {
  const day = dateInJapan(ctx.now)
  const found = moveOf(q, { act: about.act, side: about.side, day }) ?? refuse('question-state')
  const text = textOf(about.text, found.says === true)
  const answers = found.to === 'answered' || found.to === 'concluded'
  const answeredAt = q.answeredAt ?? (answers ? ctx.now : null)
  await store.moveQuestion(ctx.db, { key: q.key, id: q.id, state: found.to, since: ctx.now, dueOn: dueIn(found.to, day), answeredAt })
  await store.appendStep(ctx.db, q, { at: ctx.now, side: about.side, by: about.by.id, byName: about.by.name, act: about.act, text })
  note(ctx, q, about.act)
  if (answers) ctx.tell({ topic: 'notice', key: q.key, payload: { kind: 'question-answered', questionId: q.id } })
}

/** A question within a member of staff's reach. @refuses not-found: whether there is one elsewhere is nobody's business */
async function within(ctx: Context, id: string, lock?: true): Promise<Question> {
  const staff = staffOf(ctx)
  const side = sideOf(staff)
  const found = (await store.findQuestion(ctx.db, { id, ...(lock ? { lock } : {}) })) ?? refuse('not-found')
  if (side === 'institution' && found.institutionNumber !== staff.institutionNumber) refuse('not-found')
  return found
}

/** Whose data, and under which ids they acted; `hides`: kinds of the record that whoever asks for them is not told of. */
type Own = { keys: readonly string[]; ownIds: readonly string[]; hides?: readonly string[] }

const toldTo =
  ({ hides = [] }: Pick<Own, 'hides'>) =>
  ({ act }: Question): boolean =>
    !act.kinds.some((kind) => hides.includes(kind))

/** Questions about an access: asked by the person, answered by the institution that looked, decided by the platform's auditors. */
export function questionService({ person }: { person: Pick<PersonService, 'findByKey'> }) {
  const open = async (ctx: { db: Db }, question: Question): Promise<Opened> => ({
    question,
    steps: await store.stepsOf(ctx.db, question),
    personName: (await person.findByKey(ctx, question.key))?.name ?? null,
  })

  return {
    /** The acts of one request on the person's data, and the question about it where there is one. */
    async about(ctx: Context, about: Own & { requestId: string }) {
      const { acts } = await findActs(ctx.db, { ...about, by: 'all', limit: 20, offset: 0 })
      return { acts, question: await store.aboutRequest(ctx.db, about) }
    },
    /** @refuses not-found, question-own, question-asked, question-text */
    async ask(ctx: Context, about: Own & { requestId: string; text: string; by: string }) {
      const text = textOf(about.text, true)
      const { acts } = await findActs(ctx.db, { ...about, by: 'all', limit: 20, offset: 0 })
      const first = acts.find((act) => !act.isOwn) ?? acts[0] ?? refuse('not-found')
      if (first.isOwn) refuse('question-own')
      const [act, day] = [snapshot(first), dateInJapan(ctx.now)]
      const state = firstState(act)
      const key = about.keys[0] ?? refuse('not-permitted')
      const made = { key, id: ulid(ctx.now.getTime()), act, text, askedBy: about.by, askedAt: ctx.now, state, since: ctx.now }
      const question = { ...made, institutionNumber: act.institutionNumber, dueOn: dueIn(state, day), answeredAt: null }
      const asked = (await store.aboutRequest(ctx.db, about)) === undefined && (await store.insertQuestion(ctx.db, question))
      if (!asked) refuse('question-asked')
      await store.appendStep(ctx.db, question, { at: ctx.now, side: 'person', by: about.by, byName: '', act: 'ask', text })
      note(ctx, question, 'ask')
      return question
    },
    ofPerson: async (ctx: { db: Db }, own: Omit<Own, 'ownIds'>): Promise<Question[]> =>
      (await store.ofPerson(ctx.db, own.keys)).filter(toldTo(own)),
    /** @refuses not-found */
    openOwn: async (ctx: { db: Db }, about: Omit<Own, 'ownIds'> & { id: string }): Promise<Opened> => {
      const found = await store.findQuestion(ctx.db, about)
      return open(ctx, found && toldTo(about)(found) ? found : refuse('not-found'))
    },
    /** What the person does with their question. @refuses not-found, question-state, question-text */
    async respond(ctx: Context, about: Omit<Own, 'ownIds'> & { id: string; act: Act; text: string; by: string }): Promise<void> {
      const found = (await store.findQuestion(ctx.db, { id: about.id, keys: about.keys, lock: true })) ?? refuse('not-found')
      if (!toldTo(about)(found)) refuse('not-found')
      await move(ctx, found, { act: about.act, side: 'person', text: about.text, by: { id: about.by, name: '' } })
    },
    /** The questions a member of staff must see to: their institution's, or all that came to the auditors. */
    async listFor(ctx: Context): Promise<{ side: Exclude<Side, 'person'>; questions: Question[] }> {
      const staff = staffOf(ctx)
      const side = sideOf(staff)
      const since = new Date(ctx.now.getTime() - LATELY_MS)
      const questions =
        side === 'auditor'
          ? await store.ofAuditors(ctx.db, { today: dateInJapan(ctx.now), since })
          : await store.ofInstitution(ctx.db, { institutionNumber: staff.institutionNumber, since })
      for (const q of questions) note(ctx, q, 'question-desk')
      return { side, questions }
    },
    /** @refuses not-found, not-permitted */
    async openFor(ctx: Context, id: string): Promise<Opened & { side: Exclude<Side, 'person'> }> {
      const found = await within(ctx, id)
      note(ctx, found, 'question-desk')
      return { ...(await open(ctx, found)), side: sideOf(staffOf(ctx)) }
    },
    /** Answers, hands on or decides. Nobody decides over their own act. @refuses not-found, not-permitted, question-state, question-text */
    async act(ctx: Context, about: { id: string; act: Act; text: string }): Promise<void> {
      const staff = staffOf(ctx)
      const found = await within(ctx, about.id, true)
      if (sideOf(staff) === 'auditor' && found.act.actorId === staff.id) refuse('not-permitted')
      await move(ctx, found, { ...about, side: sideOf(staff), by: staff })
    },
    /** By month asked, for the public statistics. */
    async figures(ctx: { db: Db }): Promise<MonthOfQuestions[]> {
      const all = await store.clocksByMonth(ctx.db)
      return [...Map.groupBy(all, (q) => q.month)]
        .map(([month, of]) => {
          const days = of.flatMap((q) => (q.answeredAt === null ? [] : [(q.answeredAt.getTime() - q.askedAt.getTime()) / DAY_MS]))
          return {
            month,
            asked: of.length,
            answered: days.length,
            toAuditors: of.filter((q) => q.toAuditors).length,
            medianDays: median(days),
          }
        })
        .sort((a, b) => a.month.localeCompare(b.month))
    },
  }
}
