/** From facts to what a desk is shown. Pure. */
import type { Person } from '#care/person'
import { nextSteps, validityNames } from './codes.ts'
import type { Coverage, Eligibility, Facts, ShownAs, ShownCoverage } from './model.ts'
import { copayOn, isValidOn, type Judged } from './rules.ts'

/** The person as a desk sees them: by the name and sex they wish to be shown under, the registered ones beside. */
export type ShownPerson = {
  /** Patient key, for the chart. */
  patientId: string
  name: string
  nameKana: string
  sex: Person['sex']
  birthDate: string
  address: string
  postalCode: string
  nameOfOther: string
  nameOfOtherKana: string
  /** 1 男, 2 女, 3 未設定; null where the person left it open. */
  sex2: ShownAs['sex2']
}

/** `hidden`: the person is protected (支援措置), and no desk is shown where they live. */
export function shownPerson(person: Person, shownAs: ShownAs | null, hidden = false): ShownPerson {
  const { name, nameKana, sex, birthDate } = person
  const { address, postalCode } = hidden ? { address: '', postalCode: '' } : person
  return {
    patientId: person.keys[0]!,
    name,
    nameKana,
    sex,
    birthDate,
    address,
    postalCode,
    nameOfOther: shownAs?.nameOfOther ?? '',
    nameOfOtherKana: shownAs?.nameOfOtherKana ?? '',
    sex2: shownAs?.sex2 ?? null,
  }
}

const nothing: { [K in keyof ShownCoverage]: null } = {
  insurerNumber: null,
  insurerName: null,
  symbol: null,
  number: null,
  branch: null,
  cardClassification: null,
  copayPercent: null,
  personalFamily: null,
  reasonOfLoss: null,
  validFrom: null,
  validUntil: null,
}

/** A period with the share of the day; whose it is and the certificates it was computed from stay behind. */
function shownCoverage(coverage: Coverage, birthDate: string, date: string): ShownCoverage {
  const { key: _key, elderlyPercent: _percent, elderlyFrom: _from, elderlyUntil: _until, ...shown } = coverage
  return { ...shown, copayPercent: copayOn(coverage, birthDate, date) }
}

const keyless = <T extends { key: string }>(row: T): Omit<T, 'key'> => {
  const { key: _key, ...rest } = row
  return rest
}

export type About = {
  birthDate: string
  date: string
  limitConsent: boolean
  facts: Pick<Facts, 'limitCertificates' | 'specificDiseases' | 'subsidies'>
}

/** No certificate and no subsidy: for answers about nobody in particular, or about cover that has ended. */
export const noCertificates: About['facts'] = { limitCertificates: [], specificDiseases: [], subsidies: [] }

/**
 * The answer for one day. Where several periods hold the fields of the first stay empty: a desk that copied them would
 * have chosen for the person.
 */
export function eligibilityOf({ validity, coverages }: Judged, about: About): Eligibility {
  const { birthDate, date, limitConsent, facts } = about
  const shown = coverages.map((c) => shownCoverage(c, birthDate, date))
  const valid = <T extends { key: string; validFrom: string; validUntil: string | null }>(rows: readonly T[]) =>
    rows.filter((r) => isValidOn(r, date)).map(keyless)
  return {
    ...(shown.length === 1 ? shown[0]! : nothing),
    validity,
    validityName: validityNames[validity],
    nextStep: nextSteps[validity],
    checkedOn: date,
    coverages: shown,
    limitCertificateConsent: limitConsent ? '1' : '0',
    limitCertificates: limitConsent && (validity === '1' || validity === '5') ? valid(facts.limitCertificates) : [],
    specificDiseases: valid(facts.specificDiseases),
    subsidies: valid(facts.subsidies),
  }
}
