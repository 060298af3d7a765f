/** Laws by which somebody may see without consent: the dated list from which an entry of the register is chosen. */
import type { Sentence } from '#kernel/language'
import { type Dated, type Day, inForce } from './model.ts'

export type LegalPurpose = 'HPAYMT' | 'HRESCH' | 'HOPERAT'
export const legalPurposes: readonly LegalPurpose[] = ['HPAYMT', 'HRESCH', 'HOPERAT']

/** `situation`: its line in the matrix of exceptions; its facts must be told with each entry. `asksWhyHard`: consent must be hard to get. */
export type Statute = Dated & {
  id: string
  citation: string
  title: Sentence
  situation: string
  purposes: readonly LegalPurpose[]
  asksWhyHard: boolean
  signedOffBy: string | null
}

const appi = { from: '2022-04-01', until: null, signedOffBy: null } as const

export const statutes: readonly Statute[] = [
  {
    ...appi,
    id: 'order-of-law',
    citation: '個人情報の保護に関する法律 第27条第1項（法令に基づく場合。根拠の法令は事実の欄に。要確認: 弁護士）',
    title: {
      ja: '法令に基づく提供（感染症の届出、がん登録など）',
      en: 'Ordered or allowed by law (notices of infectious disease, cancer registry)',
    },
    situation: 'law',
    purposes: legalPurposes,
    asksWhyHard: false,
  },
  {
    ...appi,
    id: 'public-health',
    citation: '個人情報の保護に関する法律 第27条第1項（公衆衛生の向上・児童の健全な育成）',
    title: { ja: '公衆衛生・児童の健全育成に特に必要', en: 'Specially needed for public health or the sound growth of children' },
    situation: 'public-health',
    purposes: ['HRESCH', 'HOPERAT'],
    asksWhyHard: true,
  },
  {
    ...appi,
    id: 'public-task',
    citation: '個人情報の保護に関する法律 第27条第1項（国の機関等への協力）',
    title: { ja: '国などの事務への協力', en: 'Cooperation with a public task' },
    situation: 'public-task',
    purposes: ['HPAYMT', 'HOPERAT'],
    asksWhyHard: true,
  },
  {
    ...appi,
    id: 'to-academic',
    citation: '個人情報の保護に関する法律 第27条第1項第7号',
    title: { ja: '学術研究機関等への提供', en: 'Giving to an academic research body' },
    situation: 'to-academic',
    purposes: ['HRESCH'],
    asksWhyHard: false,
  },
]

export const statutesOn = (on: Day): Statute[] => statutes.filter((statute) => inForce(statute, on))
export const statuteOf = (id: string): Statute | undefined => statutes.find((statute) => statute.id === id)
