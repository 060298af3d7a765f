import type { Sentence } from '#kernel/language'
import type { InformationKind } from '#packages/fhir'
import { kindName } from '#ui'

/** What the doctor can do better for the person by seeing each kind, in the person's words. */
const gains: Record<InformationKind, Sentence> = {
  diagnosis: { ja: '持病をふまえて診察できます。', en: 'The doctor treats you knowing your other illnesses.' },
  'drug-allergy': { ja: '体に合わない薬を避けられます。', en: 'Drugs that harm you can be avoided.' },
  'other-allergy': { ja: '食べ物や材料のアレルギーを避けられます。', en: 'Foods and materials that harm you can be avoided.' },
  'test-result': { ja: '同じ検査のくり返しが減ります。', en: 'You need not repeat the same tests.' },
  infection: { ja: 'あなたに合う薬や処置を選べます。', en: 'The right drug and care can be chosen for you.' },
  prescription: { ja: '薬の重なりや飲み合わせを確かめられます。', en: 'Double drugs and interactions can be found.' },
  'check-up': { ja: '前の健診の数値とくらべられます。', en: 'Your earlier check-up figures can be compared.' },
  letter: { ja: 'あて先の医療機関だけが見ます。', en: 'Only the institution it is addressed to sees it.' },
}

/** A kind that may be asked at a reader. */
export type AskedKind = { kind: InformationKind; ja: string; en: string; gain: Sentence }

export const askedKind = (kind: InformationKind): AskedKind => ({ kind, ja: kindName[kind].ja, en: kindName[kind].en, gain: gains[kind] })
