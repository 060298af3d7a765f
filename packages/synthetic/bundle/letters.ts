import { type ConditionInput, type MedicationInput, makeCarePlan, makeDischargeSummary, makeReferral, type Resource } from '#packages/fhir'
import { addDays } from '../calendar.ts'
import { diseaseByKey } from '../disease/diseases.ts'
import { drugByKey } from '../disease/drugs.ts'
import { panels } from '../disease/labs.ts'
import type { Episode, Person } from '../model.ts'
import {
  allergiesOn,
  conditionOf,
  conditionsOn,
  facilityOf,
  laboratoryOf,
  medicationOf,
  medicationsOn,
  patientOf,
  senderOf,
} from './inputs.ts'
import type { Plan } from './plan.ts'

/** What every document of a plan begins with. */
export type DocumentHead = { localId: string; year: number; at: string }

const own = (condition: ConditionInput, suffix: string): ConditionInput => ({ ...condition, id: `${condition.id}-${suffix}` })

const nameOf = (about: Episode): string => diseaseByKey(about.disease).name

/** A hidden diagnosis stays out of letters: a person who has not been told may read them. */
const open = (person: Person): Person => ({ ...person, episodes: person.episodes.filter((e) => e.flags.every((f) => f === 'LTS')) })

function labsFor(seed: string, person: Person, plan: Plan): ReturnType<typeof laboratoryOf>['input'][] {
  const { panel } = diseaseByKey(plan.about!.disease)
  const keys = panel === null ? [] : panels[panel].slice(0, 4)
  return keys.map((key) => laboratoryOf(seed, person, key, plan).input).map((input) => ({ ...input, id: `${input.id}-R` }))
}

export function referralBundle(seed: string, plan: Plan, head: DocumentHead): Resource {
  const person = open(plan.person)
  const about = plan.about!
  const { institutionNumber, on } = plan
  const addressee = facilityOf(plan.addressee!)
  const suffix = `R${on.replaceAll('-', '')}`
  const main = own(conditionOf(about, on, true), suffix)
  const others = conditionsOn(person, institutionNumber, on)
    .filter((c) => c.id !== about.id)
    .slice(0, 4)
  const back = institutionNumber === '1318814790'
  return makeReferral({
    sender: senderOf(institutionNumber, about.department),
    patient: patientOf(person, institutionNumber, on),
    ...head,
    addressee: { institutionNumber: addressee.institutionNumber, name: addressee.name },
    purpose: back ? `${nameOf(about)}の治療継続をお願いします。` : `${nameOf(about)}の精査をお願いします。`,
    diagnoses: [main],
    presentIllness: {
      condition: own(main, 'HPI'),
      text: back
        ? '当院で治療し、経過は安定しています。'
        : `${about.onsetOn.slice(0, 4)}年から当院で治療中です。最近、症状の変化があります。`,
    },
    history: others.map((condition) => own({ ...condition, principal: false }, suffix)),
    allergies: allergiesOn(person, institutionNumber, on).map((a) => ({ ...a, id: `${a.id}-${suffix}` })),
    laboratory: labsFor(seed, person, plan),
    medications: medicationsOn(person, institutionNumber, on),
    course: back ? '外来での管理を続けてください。変化があれば再度ご紹介ください。' : '処方と検査結果を添えます。',
  })
}

/** Nobody leaves without a prescription here: the section must not be empty, and an intestinal drug harms nobody. */
function dischargeDrugs(person: Person, institutionNumber: string, on: string): MedicationInput[] {
  const usual = medicationsOn(person, institutionNumber, on)
  return usual.length > 0 ? usual : [medicationOf(person, drugByKey('miyabm'), on)]
}

export function dischargeBundle(plan: Plan, head: DocumentHead): Resource {
  const person = open(plan.person)
  const about = plan.about!
  const { institutionNumber, on } = plan
  const suffix = `D${on.replaceAll('-', '')}`
  const stay = 4 + (person.n % 11)
  const main = own(conditionOf(about, on, true), suffix)
  const birth = about.disease === 'pregnancy'
  return makeDischargeSummary({
    sender: senderOf(institutionNumber, about.department),
    patient: patientOf(person, institutionNumber, on),
    ...head,
    admittedOn: addDays(on, -stay),
    dischargedOn: on,
    reasonForAdmission: birth ? '分娩' : `${nameOf(about)}の治療`,
    admissionDiagnoses: [main],
    chiefComplaint: own(main, 'CC'),
    presentIllness: { condition: own(main, 'HPI'), text: birth ? '妊娠経過は順調でした。' : '外来で悪化を認め、入院となりました。' },
    course: birth ? '経腟分娩。母児とも経過良好です。' : '治療により改善し、退院としました。',
    dischargeDiagnoses: [own(main, 'DX')],
    medications: dischargeDrugs(person, institutionNumber, on),
    instruction: birth ? '1か月健診を受けてください。' : '2週間後に外来を受診してください。',
    allergies: allergiesOn(person, institutionNumber, on).map((a) => ({ ...a, id: `${a.id}-${suffix}` })),
  })
}

const advice: Record<string, string> = {
  hypertension: '塩分は1日6g未満を目標にしてください。家庭で朝と晩に血圧を測り、記録してください。',
  diabetes: '食事は野菜から先に、間食は1日1回までにしてください。1日30分の歩行を続けてください。',
  dyslipidaemia: '脂の多い肉と菓子を減らし、魚と大豆を増やしてください。体重を3か月で2kg減らしましょう。',
}

export function carePlanBundle(plan: Plan, head: DocumentHead): Resource {
  const person = open(plan.person)
  const { institutionNumber, on } = plan
  const lifestyle = person.episodes.filter((e) => e.institutionNumber === institutionNumber && e.seenFrom <= on && e.disease in advice)
  const suffix = `P${on.replaceAll('-', '')}`
  return makeCarePlan({
    sender: senderOf(institutionNumber, plan.about!.department),
    patient: patientOf(person, institutionNumber, on),
    ...head,
    plan: lifestyle.map((e) => advice[e.disease]).join(''),
    conditions: lifestyle.map((e) => own(conditionOf(e, on, e === plan.about), suffix)),
  })
}
