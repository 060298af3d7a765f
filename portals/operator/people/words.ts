/** What the pages about people call things. */
import type { CaseView, Decided, DecisionReason, IdentityPart, Source, WhyNotProxy } from '#care/person'
import type { Words } from '#ui'

/** Why an operator looks at a person; noted with every look. */
export const lookReasons = {
  request: { ja: '本人からの問い合わせ', en: 'The person asked' },
  facility: { ja: '医療機関からの問い合わせ', en: 'An institution asked' },
  document: { ja: '書類の届け出', en: 'A document was handed in' },
  review: { ja: '登録の確認', en: 'Review of the register' },
} as const satisfies Record<string, Words>
export type LookReason = keyof typeof lookReasons

export const decidedWords: Record<Decided, Words> = {
  same: { ja: '同じ人', en: 'One person' },
  different: { ja: '別の人', en: 'Two people' },
  asked: { ja: '医療機関に確かめる', en: 'Ask the institution' },
}

export const reasonWords: Record<DecisionReason, Words> = {
  document: { ja: '書類で確かめた', en: 'Seen on a document' },
  insurer: { ja: '保険者に確かめた', en: 'Confirmed by the insurer' },
  facility: { ja: '医療機関に確かめた', en: 'Confirmed by the institution' },
  person: { ja: '本人に確かめた', en: 'Confirmed by the person' },
  register: { ja: '登録の内容から明らか', en: 'Plain from the register' },
}

export const kindWords: Record<CaseView['case']['kind'], Words> = {
  'set-aside': { ja: '届いた内容が登録と合わない', en: 'A submission disagrees with the register' },
  duplicate: { ja: '二重に登録されているかもしれない', en: 'Perhaps registered twice' },
}

export const partWords: Record<IdentityPart, Words> = {
  name: { ja: '氏名', en: 'Name' },
  sex: { ja: '性別', en: 'Sex' },
  address: { ja: '住所', en: 'Address' },
  phone: { ja: '電話', en: 'Phone' },
}

export const sourceWords: Record<Source, Words> = {
  insurer: { ja: '保険者', en: 'Insurer' },
  municipality: { ja: '市町村', en: 'Municipality' },
  facility: { ja: '医療機関', en: 'Institution' },
  person: { ja: '本人', en: 'The person' },
  register: { ja: 'はじめの登録', en: 'First entry' },
}

export const sexWords: Record<string, Words> = {
  male: { ja: '男性', en: 'Male' },
  female: { ja: '女性', en: 'Female' },
  other: { ja: 'その他', en: 'Other' },
  unknown: { ja: '登録なし', en: 'Not registered' },
}

export const lossWords: Record<string, Words> = {
  '01': { ja: '死亡', en: 'Death' },
  '02': { ja: '生活保護の受給開始', en: 'Public assistance began' },
  '03': { ja: '他の資格を取得', en: 'Another cover' },
  '99': { ja: 'その他', en: 'Other' },
}

export const basisWords: Record<string, Words> = {
  parent: { ja: '親権者', en: 'Parent' },
  guardian: { ja: '成年後見人', en: 'Guardian by court' },
  curator: { ja: '保佐人', en: 'Curator by court' },
  family: { ja: '家族（本人の同意）', en: 'Relative, by consent' },
}

export const markWords: Record<string, Words> = {
  municipality: { ja: '市町村の支援措置の決定', en: 'Decision of a municipality' },
  'court-order': { ja: '裁判所の保護命令', en: 'Protection order of a court' },
  police: { ja: '警察からの連絡', en: 'Notice of the police' },
  person: { ja: '本人の申し出（確認中）', en: 'The person’s own word, being checked' },
}

export const whyWords: Record<WhyNotProxy, Words> = {
  'proxy-not-accepted': { ja: '本人の返事待ち', en: 'Waiting for the person' },
  'proxy-not-begun': { ja: 'これから', en: 'Not yet' },
  'proxy-ended': { ja: '終了', en: 'Ended' },
  'proxy-of-age': { ja: '本人が成年に達した', en: 'The person is of age' },
  'proxy-blocked': { ja: '保護により停止', en: 'Blocked by protection' },
}
