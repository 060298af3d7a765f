import { duties } from './duties.ts'
import { exceptionActOf, exceptions } from './exceptions.ts'
import type { LawFact } from './facts.ts'
import { type Act, type BodyKind, type Day, type Duty, type Exception, holds, type LawFacts, rowsFor } from './model.ts'

/** What came of a judgement. `duty`: its id; `by`: how it is met. */
export type Met = { duty: string; article: string; by: 'facts' | 'exception'; clause: string | null }
export type Unmet = { duty: string; article: string; missing: LawFact[]; oneOf: LawFact[]; refusedBy: LawFact[] }
export type Judgement = { allowed: boolean; met: Met[]; unmet: Unmet[]; exceptionsUsed: Exception[] }

/** What is asked: an act, by whom, on which day, under which facts. `rows`: other rows than those in the books, for tests and drafts. */
export type Question = {
  act: Act
  body: BodyKind
  on: Day
  facts: LawFacts
  rows?: { duties?: readonly Duty[]; exceptions?: readonly Exception[] }
}

/** A consent that the person took back, or said no to, is none. */
const effective = (facts: LawFacts, on: Day): LawFacts => {
  if (!holds(facts, 'consent-refused', on) && !holds(facts, 'opted-out', on)) return facts
  const { consent: _consent, 'information-abroad-given': _abroad, ...rest } = facts
  return rest
}

function exceptionFor({ act, body, on, facts, rows }: Question): Exception | undefined {
  const kind = Object.hasOwn(exceptionActOf, act) ? exceptionActOf[act as keyof typeof exceptionActOf] : undefined
  if (kind === undefined) return undefined
  return rowsFor(rows?.exceptions ?? exceptions, on, body).find((e) => e.act === kind && e.needs.every((fact) => holds(facts, fact, on)))
}

/**
 * Whether an act may be done: each duty that binds this kind of body on this day must be met by facts that hold that day, or by a clause
 * that stands in for consent. An act that no duty speaks of is not allowed: nobody has thought about it.
 *
 * @law 個人情報の保護に関する法律; an engineering reading (要確認: 弁護士)
 */
export function mayWe(question: Question): Judgement {
  const { act, body, on, rows } = question
  const facts = effective(question.facts, on)
  const bound = rowsFor(rows?.duties ?? duties, on, body).filter((duty) => duty.acts.includes(act))
  const judgement: Judgement = { allowed: false, met: [], unmet: [], exceptionsUsed: [] }
  for (const duty of bound) {
    const { id, article } = duty
    const refusedBy = (duty.never ?? []).filter((fact) => holds(question.facts, fact, on))
    const missing = duty.all.filter((fact) => !holds(facts, fact, on))
    const any = duty.any === undefined || duty.any.some((fact) => holds(facts, fact, on))
    if (refusedBy.length === 0 && missing.length === 0 && any) {
      judgement.met.push({ duty: id, article, by: 'facts', clause: null })
      continue
    }
    const clause = duty.excepted && refusedBy.length === 0 ? exceptionFor({ ...question, facts }) : undefined
    if (clause === undefined) judgement.unmet.push({ duty: id, article, missing, oneOf: any ? [] : [...duty.any!], refusedBy })
    else {
      judgement.met.push({ duty: id, article, by: 'exception', clause: clause.article })
      judgement.exceptionsUsed.push(clause)
    }
  }
  return { ...judgement, allowed: bound.length > 0 && judgement.unmet.length === 0 }
}
