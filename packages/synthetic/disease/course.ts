import { ageOn, daysBetween } from '../calendar.ts'
import type { Episode, Person, Sex } from '../model.ts'
import { type Random, randomFrom } from '../random.ts'
import { diseaseByKey } from './diseases.ts'
import { type Lab, labByKey } from './labs.ts'

/** A result: the number as the laboratory would print it. `outlier` is true where it is far out on purpose. */
export type LabValue = {
  lab: Lab
  value: number
  interpretation: 'H' | 'L' | 'N'
  range: { low?: number; high?: number }
  outlier: boolean
}

const outlierChance = 0.003

/** How much of the untreated shift is left after some days of treatment: half after seven weeks. */
const left = (days: number): number => Math.exp(-days / 70)

function isActive(episode: Episode, date: string): boolean {
  return episode.onsetOn <= date && (episode.endedOn === null || date <= episode.endedOn)
}

/** What one illness does to a value on a day; people differ in how ill they are and how faithfully they take their drugs. */
function shiftOf(random: Random, episode: Episode, lab: string, date: string): number {
  const effect = diseaseByKey(episode.disease).effects[lab]
  if (!effect || !isActive(episode, date)) return 0
  const draw = random.fork(`ill/${episode.id}`)
  const severity = 0.55 + draw.next() * 0.9
  const [untreated, treated] = effect
  const phase = draw.next() * 6.28
  const wave = untreated * 0.12 * Math.sin(daysBetween('2020-01-01', date) / (70 + 60 * draw.next()) + phase)
  if (episode.treatedFrom === null || date < episode.treatedFrom) return untreated * severity + wave
  const remains = left(daysBetween(episode.treatedFrom, date))
  return (treated + (untreated - treated) * remains) * severity + wave
}

/** Slow changes with age that everybody has, as shift from the usual value. */
function ageShift(lab: string, sex: Sex, age: number): number {
  if (lab === 'cre') return age < 12 ? -0.38 : age > 65 ? (age - 65) * 0.004 : 0
  if (lab === 'hb') return age < 12 ? -1.2 : sex === 'male' && age > 65 ? (65 - age) * 0.05 : 0
  if (lab === 'ldl' || lab === 'tcho') return age < 20 ? -18 : sex === 'female' && age > 50 ? 9 : 0
  if (lab === 'glucose') return age > 50 ? 5 : 0
  if (lab === 'bnp') return age > 70 ? (age - 70) * 1.5 : 0
  if (lab === 'alb') return age > 75 ? -0.25 : 0
  return 0
}

/** Estimated GFR of the Japanese Society of Nephrology: 194 × Cr^-1.094 × age^-0.287, × 0.739 for women. */
export function egfr(creatinine: number, age: number, sex: Sex): number {
  return 194 * creatinine ** -1.094 * Math.max(18, age) ** -0.287 * (sex === 'female' ? 0.739 : 1)
}

const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals))

function plainValue(random: Random, person: Person, lab: Lab, date: string): number {
  const { key } = lab
  const age = ageOn(person.birthDate, date)
  if (key === 'egfr') return egfr(plainValue(random, person, labByKey('cre'), date), age, person.sex)
  const own = random.fork(`own/${key}`).normal(0, lab.between)
  const noise = random.fork(`noise/${key}/${date}`).normal(0, lab.within)
  const ill = person.episodes.reduce((sum, episode) => sum + shiftOf(random, episode, key, date), 0)
  const value = lab.usual[person.sex] + own + ageShift(key, person.sex, age) + ill + noise
  const floor = lab.range[person.sex].low === undefined || key === 'crp' ? lab.usual[person.sex] * 0.3 : lab.range[person.sex].low! * 0.55
  return Math.max(value, lab.bounds.low, floor)
}

const ranged = (lab: Lab, sex: Sex, value: number): 'H' | 'L' | 'N' => {
  const { low, high } = lab.range[sex]
  return high !== undefined && value > high ? 'H' : low !== undefined && value < low ? 'L' : 'N'
}

/** The value of one test for one person on one day; the same arguments give the same value. */
export function labValue(seed: string, person: Person, labKey: string, date: string): LabValue {
  const lab = labByKey(labKey)
  const random = randomFrom(`${seed}/lab/${person.n}`)
  const outlier = lab.outlier !== undefined && random.fork(`out/${labKey}/${date}`).chance(outlierChance)
  const raw = outlier ? lab.outlier! : Math.min(plainValue(random, person, lab, date), lab.bounds.high)
  const value = rounded(raw, lab.decimals)
  return { lab, value, interpretation: ranged(lab, person.sex, value), range: lab.range[person.sex], outlier }
}
