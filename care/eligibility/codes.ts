import type { Sentence } from '#kernel/language'
import type { CardClassification, ReasonOfLoss, Validity } from './model.ts'

/** The state of the cover, in the words of the national specification. @spec eligibility verification section 2 */
export const validityNames: Record<Validity, Sentence> = {
  '1': { ja: '有効', en: 'Covered' },
  '2': { ja: '無効', en: 'Not covered' },
  '3': { ja: '無効（新しい資格あり）', en: 'Not covered by this one; newer cover exists' },
  '4': { ja: '該当資格なし', en: 'No matching cover' },
  '5': { ja: '複数該当', en: 'Several matches' },
}

/** What the desk does next; none of the five is an error. */
export const nextSteps: Record<Validity, Sentence> = {
  '1': { ja: 'この内容で受付できます。', en: 'Check the person in with these details.' },
  '2': {
    ja: '保険の資格が切れています。新しい保険に入っているかを本人に聞き、新しい資格確認書やマイナンバーカードで確認してください。すぐに確認できないときは、いったん全額を受け取り、確認できた時点で精算します。',
    en: 'The cover has ended. Ask whether the person has joined another insurer and check that certificate or the My Number Card. If it cannot be checked now, take the full amount and settle once it can.',
  },
  '3': {
    ja: '別の保険に替わっています。新しい資格確認書を見せてもらうか、マイナンバーカードで確認してください。',
    en: 'The person has changed insurers. Ask for the new certificate, or check with the My Number Card.',
  },
  '4': {
    ja: '一致する資格がありません。番号と生年月日を見直してください。合っているときは、加入の届け出がまだ登録されていないことがあります。保険者に問い合わせるか、マイナンバーカードで確認してください。',
    en: 'Nothing matches. Check the numbers and the birth date again. If they are right, the enrolment may not be registered yet: ask the insurer, or check with the My Number Card.',
  },
  '5': {
    ja: '複数の資格が当てはまります。枝番を入れてもう一度確認するか、どの保険を使うかを本人に聞いてください。',
    en: 'Several match. Add the branch number and check again, or ask the person which insurance applies.',
  },
}

export const cardClassificationNames: Record<CardClassification, Sentence> = {
  '01': { ja: '一般', en: 'General' },
  '02': { ja: '退職', en: 'Retired' },
  '03': { ja: '短期（一般）', en: 'Short term (general)' },
  '04': { ja: '短期（退職）', en: 'Short term (retired)' },
  '05': { ja: '資格証明書', en: 'Certificate of eligibility only' },
  '06': { ja: '特例退職', en: 'Special retired' },
  '07': { ja: '自衛官診療証', en: 'Self-Defense Forces' },
}

export const reasonOfLossNames: Record<ReasonOfLoss, Sentence> = {
  '01': { ja: '死亡', en: 'Death' },
  '02': { ja: '生活保護受給開始', en: 'Public assistance began' },
  '03': { ja: '他の資格取得', en: 'Other cover began' },
  '99': { ja: 'その他', en: 'Other' },
}

export const limitClassificationNames: Record<string, Sentence> = {
  '01': { ja: '限度額適用', en: 'Limit applies' },
  '02': { ja: '限度額適用・標準負担額減額', en: 'Limit applies, meal charge reduced' },
  '03': { ja: '標準負担額減額', en: 'Meal charge reduced' },
}

/** Income classes of the monthly limit: A below 70, B from 70. */
export const limitFlagNames: Record<string, string> = {
  A01: 'ア',
  A02: 'イ',
  A03: 'ウ',
  A04: 'エ',
  A05: 'オ',
  A06: 'オ（境）',
  B01: '現役並みⅢ',
  B02: '現役並みⅡ',
  B03: '現役並みⅠ',
  B04: '一般',
  B05: '低所得Ⅱ',
  B06: '低所得Ⅰ',
  B07: '低所得Ⅰ（老福）',
  B08: '低所得Ⅰ（境）',
  B09: '一般Ⅱ',
  B10: '一般Ⅰ',
}

export const specificDiseaseNames: Record<string, Sentence> = {
  '1': { ja: '人工透析を要する慢性腎不全', en: 'Chronic kidney failure on dialysis' },
  '2': { ja: '先天性血液凝固因子障害', en: 'Congenital clotting factor deficiency' },
  '3': { ja: '血液製剤によるHIV感染症', en: 'HIV by blood products' },
}
