import { type ItemInput, makeFiveItemBundle, type Resource } from '#packages/fhir'
import { instant } from '../calendar.ts'
import type { Department, Person, Region, Submission } from '../model.ts'
import { checkupBundle } from './checkup.ts'
import { allergiesOn, conditionsOn, infectionOf, laboratoryOf, patientOf, senderOf } from './inputs.ts'
import { carePlanBundle, dischargeBundle, type DocumentHead, referralBundle } from './letters.ts'
import { refusedMesses, withFault, withoutEmptyCodes } from './messy.ts'
import { messes, type Plan, planAll, sentAt } from './plan.ts'

type Built = { bundle: Resource; outliers?: string[] }

/** Diagnoses and allergies are replaced as a whole, so their identifier stays the same; the first day of the records gives its year. */
const standing = (region: Region): number => Number(region.from.slice(0, 4))

const ymd = (date: string): string => date.replaceAll('-', '')

function departmentOn(person: Person, institutionNumber: string, on: string): Department | undefined {
  const here = person.episodes.filter((e) => e.institutionNumber === institutionNumber && e.seenFrom <= on)
  return here[here.length - 1]?.department
}

function fiveItems(plan: Plan, type: ItemInput['type'], items: ItemInput[], head: DocumentHead): Resource {
  const { person, institutionNumber, on } = plan
  const sender = senderOf(institutionNumber, departmentOn(person, institutionNumber, on))
  return makeFiveItemBundle({ sender, patient: patientOf(person, institutionNumber, on), type, items, ...head })
}

function laboratoryReport(region: Region, plan: Plan, at: string): Built {
  const { person, on } = plan
  const year = Number(on.slice(0, 4))
  if (plan.infection) {
    return {
      bundle: fiveItems(plan, 'Observation', infectionOf(region.seed, person, plan), { localId: `I${person.n}-${ymd(on)}`, year, at }),
    }
  }
  const lines = (plan.labs ?? []).map((lab) => laboratoryOf(region.seed, person, lab, plan))
  const outliers = lines.filter((line) => line.outlier).map((line) => line.input.id)
  const bundle = fiveItems(
    plan,
    'Observation',
    lines.map((line) => line.input),
    { localId: `L${person.n}-${ymd(on)}`, year, at },
  )
  return outliers.length > 0 ? { bundle, outliers } : { bundle }
}

function build(region: Region, plan: Plan, at: string): Built {
  const { person, institutionNumber, on } = plan
  const year = Number(on.slice(0, 4))
  const head = (letter: string): DocumentHead => ({ localId: `${letter}${person.n}-${ymd(on)}`, year, at })
  const replaced = (letter: string): DocumentHead => ({ localId: `${letter}${person.n}`, year: standing(region), at })
  switch (plan.kind) {
    case 'Condition':
      return { bundle: fiveItems(plan, 'Condition', conditionsOn(person, institutionNumber, on), replaced('C')) }
    case 'AllergyIntolerance':
      return { bundle: fiveItems(plan, 'AllergyIntolerance', allergiesOn(person, institutionNumber, on), replaced('A')) }
    case 'Observation':
      return laboratoryReport(region, plan, at)
    case 'eCheckup':
      return { bundle: checkupBundle(region.seed, person, { institutionNumber, on, instant: at, year, localId: head('K').localId }) }
    case 'eReferral':
      return { bundle: referralBundle(region.seed, plan, head('R')) }
    case 'eDischargeSummary':
      return { bundle: dischargeBundle(plan, head('D')) }
    case 'ePCS':
      return { bundle: carePlanBundle(plan, head('P')) }
  }
}

/** Milliseconds of a submission: from person and order, so that they look like a clock's and never change. */
const msOf = (plan: Plan): number => (plan.person.n * 137 + plan.serial * 71) % 1000

function submissionOf(region: Region, plan: Plan): Submission {
  const { date, second } = sentAt(plan)
  const submittedAt = instant(date, second, msOf(plan))
  const { bundle, outliers } = build(region, plan, submittedAt)
  return {
    institutionNumber: plan.institutionNumber,
    personN: plan.person.n,
    submittedAt,
    kind: plan.kind,
    bundle: withFault(withoutEmptyCodes(bundle), plan.messy),
    ...(plan.messy === undefined ? {} : { messy: messes[plan.messy], mustRefuse: refusedMesses.has(plan.messy) }),
    ...(outliers === undefined ? {} : { outliers }),
  }
}

/** Everything the region's institutions send, in the order of time. Bundles are built one by one as they are asked for. */
export function* bundles(region: Region): Generator<Submission, void, undefined> {
  for (const plan of planAll(region.seed, region.people, region)) yield submissionOf(region, plan)
}
