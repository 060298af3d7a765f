import type { CaseState } from '#care/erasure'
import type { Sentence } from '#kernel/language'

export const stateWords: Record<CaseState, { words: Sentence; tone: 'attention' | 'success' | undefined }> = {
  asked: { words: { ja: '確認中です', en: 'Being looked at' }, tone: 'attention' },
  'taken-back': { words: { ja: '取り下げました', en: 'Taken back' }, tone: undefined },
  refused: { words: { ja: 'お受けできませんでした', en: 'Not granted' }, tone: 'attention' },
  kept: {
    words: { ja: 'お受けしました', en: 'Granted' },
    tone: 'success',
  },
  erased: { words: { ja: 'すべて消しました', en: 'All erased' }, tone: 'success' },
}

/** What a person should know before they ask, in plain words. */
export const effects: readonly Sentence[] = [
  {
    ja: '消すと、元に戻せません。ほかの医療機関も、あなた自身も、もう見られません。',
    en: 'What is erased cannot come back. Neither others nor you can see it any more.',
  },
  {
    ja: '病院や診療所が自分で持っているカルテは、消えません。それぞれの窓口にお尋ねください。',
    en: 'Charts that hospitals and clinics keep themselves stay with them. Please ask there.',
  },
  {
    ja: '飲み合わせやアレルギーに、医師や薬剤師が気づけなくなることがあります。',
    en: 'Physicians and pharmacists may miss drugs that do not go together, and allergies.',
  },
  {
    ja: '「だれが見たか」の記録は、法律で決まった期間が過ぎるまで残ります。',
    en: 'The list of who looked stays until the time that the law sets is over.',
  },
]
