/**
 * What a person is told before they decide, word by word, with versions. A text never changes: other words are another version, from a day
 * on. A consent keeps the version that was shown; the receipt of each disclosure names it.
 */
import type { Sentence } from '#kernel/language'

export type TextOf = 'visit' | 'standing' | 'standing-reader' | 'closing'
export type ConsentText = { of: TextOf; version: string; from: string; text: Sentence }

export const consentTexts: readonly ConsentText[] = [
  {
    of: 'visit',
    version: 'visit/1',
    from: '2026-11-01',
    text: {
      ja: '選んだ種類の記録を、この医療機関の医師・歯科医師・看護師・薬剤師が、診療のために、いまから24時間見られます。いつでも取り消せます。',
      en: 'Physicians, dentists, nurses and pharmacists of this institution may see the kinds you choose, for your treatment, for 24 hours from now. You can withdraw at any time.',
    },
  },
  {
    of: 'standing',
    version: 'standing/1',
    from: '2026-11-22',
    text: {
      ja: '選んだ種類の記録を、この医療機関の医師・歯科医師・看護師・薬剤師が、診療のために、決めた日まで（日を決めなければ、あなたが取り消すまで）見られます。まだ本人に伝えられていない診断も、診療のために見えることがあります。見た人と時刻は「誰が見たか」に必ず残ります。いつでも、理由なしに取り消せます。',
      en: 'Physicians, dentists, nurses and pharmacists of this institution may see the kinds you choose, for your treatment, until the day you set (or until you withdraw, if you set none). For treatment they may also see a diagnosis you have not been told of yet. Who looked and when always stands in ‘Who looked’. You can withdraw at any time, without a reason.',
    },
  },
  {
    of: 'standing-reader',
    version: 'standing-reader/1',
    from: '2026-11-22',
    text: {
      ja: '今日見せた種類を、選んだ日まで、この医療機関の医師・歯科医師・看護師・薬剤師が、診療のために見られます。まだ伝えられていない診断も見えることがあります。いつでも、理由なしに取り消せます。',
      en: 'Physicians, dentists, nurses and pharmacists here may see what you showed today, for your treatment, until the day you choose: also a diagnosis you have not been told of yet. You can withdraw at any time.',
    },
  },
  {
    of: 'closing',
    version: 'closing/1',
    from: '2026-11-22',
    text: {
      ja: '決めたものは、次に画面が開かれたときから見えなくなります。受付で同意しても見えません。その医療機関が自分で書いた記録と、その医療機関あての紹介状は見えます。いつでも元に戻せます。',
      en: 'What you close is not seen from the next look on, whatever is agreed at a reader. What an institution wrote itself, and letters addressed to it, stay visible to it. You can undo it at any time.',
    },
  },
]

/** The text in use on a day, the newest that has begun; before the first began, the first. */
export function textOn(of: TextOf, day: string, texts: readonly ConsentText[] = consentTexts): ConsentText {
  const own = texts.filter((text) => text.of === of)
  return own.filter((text) => text.from <= day).at(-1) ?? own[0]!
}

export const textOfVersion = (version: string): ConsentText | undefined => consentTexts.find((text) => text.version === version)
