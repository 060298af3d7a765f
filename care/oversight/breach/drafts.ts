/** Drafts of what the law asks for: items filled in from the report of the scope, reports for the authority, a letter to each person. Pure. */
import { breachReportItems } from '#care/consent'
import { dateInJapan } from '#kernel/japan'
import type { Lang, Sentence } from '#kernel/language'
import { formatDate, formatDateTime } from '#ui'
import { kindWords } from '../events/words.ts'
import type { Counted, Scope, Touched } from '../store/scope.ts'
import { type Breach, type BreachItems, dutiesOf } from './rules.ts'

export type ScopeFacts = { scope: Scope; counts: readonly Counted[] }

const listed = (names: readonly string[], most = 10): string =>
  names.length <= most ? names.join('、') : `${names.slice(0, most).join('、')}ほか${names.length - most}`

const valuesOf = ({ counts }: ScopeFacts, dimension: Counted['dimension']): Counted[] => counts.filter((c) => c.dimension === dimension)

/** What the report of the scope says for the nine items; what it cannot know stays empty. */
export function itemsFrom(found: ScopeFacts): BreachItems {
  const { scope } = found
  if (scope.persons === null || scope.firstAt === null || scope.lastAt === null) return {}
  const kinds = valuesOf(found, 'kind').map((c) => kindWords(c.value, 'ja'))
  const who = valuesOf(found, 'actor').map((c) => (c.label === '' ? c.value : c.label))
  const where = valuesOf(found, 'institution').map((c) => (c.label === '' ? c.value : c.label))
  const span = `${formatDateTime(scope.firstAt, 'ja')}から${formatDateTime(scope.lastAt, 'ja')}まで`
  const at = where.length > 0 ? `（${listed(where)}）` : ''
  return {
    outline: `${span}の間に、${listed(who, 3)}${at}により、${scope.persons}人の情報が計${scope.entries}回扱われた（または扱われたおそれがある）。`,
    data: kinds.length > 0 ? listed(kinds, 30) : '患者であること（情報の種類は記録にない）',
    persons: `${scope.persons}人（アクセスの記録による）`,
  }
}

/** Items as they stand, completed by what the scope says; what somebody wrote is never replaced. */
export const filledIn = (items: BreachItems, found: ScopeFacts | null): BreachItems => {
  const drafted = found === null ? {} : itemsFrom(found)
  const empty = Object.entries(drafted).filter(([id]) => (items[id] ?? '').trim() === '')
  return { ...items, ...Object.fromEntries(empty) }
}

export type Report = {
  kind: 'preliminary' | 'final'
  title: string
  drill: boolean
  /** To whom, and by which day. */
  to: string
  by: string | null
  items: { title: string; text: string; missing: boolean }[]
  triggers: string[]
  knownOn: string
}

/** A report in Japanese, the language of the authority. What is not known yet says so; the final one must know everything. */
export function reportOf(b: Breach, kind: Report['kind']): Report {
  const duties = dutiesOf(b)
  const items = breachReportItems.map(({ id, title }) => {
    const text = (b.items[id] ?? '').trim()
    return { title: title.ja, text: text === '' ? (kind === 'preliminary' ? '調査中' : '') : text, missing: text === '' }
  })
  return {
    ...{ kind, drill: b.drill, items, knownOn: formatDate(dateInJapan(b.knownAt), 'ja') },
    title: kind === 'preliminary' ? '個人データの漏えい等報告（速報）案' : '個人データの漏えい等報告（確報）案',
    to: '個人情報保護委員会（権限の委任がある場合は事業所管大臣。提出先は要確認: 弁護士）',
    by: duties.deadlines === null ? null : kind === 'preliminary' ? duties.deadlines.preliminary : duties.deadlines.final,
    triggers: duties.triggers.map((t) => `${t.title.ja}（${t.article}）`),
  }
}

/** `list`: what the text names, one by one; `asWritten`: words of whoever keeps the case, in Japanese whatever the letter's language is. */
export type LetterPart = { title: string; text: string; list?: readonly string[]; asWritten?: true }
export type Letter = { drill: boolean; name: string | null; title: string; parts: LetterPart[]; ask: string }

/** `by`: read in the person's portal, or printed and sent, where whoever sends it writes in where to call. */
type About = { b: Breach; touched: readonly Touched[]; name: string | null; lang: Lang; by: 'portal' | 'paper' }

const both = <T>(lang: Lang, ja: T, en: T): T => (lang === 'ja' ? ja : en)

/** What a letter says where nothing was written yet. */
const notYet = {
  outline: { ja: '調べています。', en: 'We are looking into it.' },
  cause: { ja: '調べています。', en: 'We are looking into it.' },
  'secondary-harm': { ja: '今のところ、ほかの被害は分かっていません。', en: 'No further harm is known so far.' },
} as const satisfies Record<string, Sentence>

/** What was done, as far as the case says that it was. */
function doneOf(b: Pick<Breach, 'containedAt' | 'reportedAt'>, lang: Lang): string {
  const done = [
    ...(b.containedAt === null ? [] : [both(lang, '原因となった利用を止めました。', 'We stopped what caused it. ')]),
    ...(b.reportedAt === null ? [] : [both(lang, '監督する役所に報告しました。', 'We reported it to the authority.')]),
  ]
  return done.length === 0 ? notYet.cause[lang] : done.join('').trim()
}

const whomToAsk: Readonly<Record<About['by'], Sentence>> = {
  portal: {
    ja: 'ご質問は、「誰が見たか」のページから送ることができます。',
    en: 'You can ask a question from the page “Who looked”.',
  },
  paper: {
    ja: 'お問い合わせ：（この手紙を送る機関の窓口の名前と電話番号を書き入れてください）',
    en: 'Questions: (the institution that sends this letter writes its contact point and telephone number here)',
  },
}

/** Who has no portal has the desk that the letter names. */
const whereToLook: Readonly<Record<About['by'], Sentence>> = {
  portal: {
    ja: 'マイページの「誰が見たか」で、いつ誰が見たかを確かめられます。見せたくないときは、いつでも止められます。',
    en: 'The page “Who looked” of your portal shows who looked and when. You can close your record at any time.',
  },
  paper: {
    ja: 'いつ誰が見たかは、下のお問い合わせ先で確かめられます。見せたくないときは、いつでも止められます。どちらも、マイナンバーカードがあればマイページでできます。',
    en: 'The contact below tells you who looked and when. You can close your record at any time. With your My Number card you can do both in the portal.',
  },
}

function yours({ touched, lang }: Pick<About, 'touched' | 'lang'>): LetterPart {
  const title = both(lang, 'あなたのどの情報か', 'Which of your data')
  const kinds = [...new Set(touched.flatMap((one) => one.kinds))].map((k) => kindWords(k, lang))
  const [first] = touched.map((one) => one.firstAt).sort((x, y) => x.getTime() - y.getTime())
  const since =
    first === undefined
      ? ''
      : both(lang, `最初に扱われたのは、${formatDate(first, 'ja')}です。`, `The first access was on ${formatDate(first, 'en')}.`)
  if (kinds.length > 0) return { title, text: since, list: kinds }
  const patient = both(lang, 'あなたがその医療機関にかかっていることです。', 'That you are a patient there. ')
  return { title, text: `${patient}${since}` }
}

/** A letter to one person in plain words: what happened, what of theirs, what to look out for, whom to ask. */
export function letterOf({ b, touched, name, lang, by }: About): Letter {
  const written = (title: Sentence, id: keyof BreachItems, otherwise: string): LetterPart => {
    const text = (b.items[id] ?? '').trim()
    return text === '' ? { title: title[lang], text: otherwise } : { title: title[lang], text, asWritten: true }
  }
  const other = (b.items.other ?? '').trim()
  return {
    drill: b.drill,
    name,
    title: both(lang, 'あなたの情報についての大切なお知らせ', 'Important: about your data'),
    parts: [
      written({ ja: '何が起きたか', en: 'What happened' }, 'outline', notYet.outline[lang]),
      yours({ touched, lang }),
      written({ ja: 'なぜ起きたか', en: 'Why' }, 'cause', notYet.cause[lang]),
      written({ ja: '心配なこと', en: 'What could follow' }, 'secondary-harm', notYet['secondary-harm'][lang]),
      written({ ja: '私たちがしたこと', en: 'What we did' }, 'action', doneOf(b, lang)),
      {
        title: both(lang, 'お願い', 'What you can do'),
        text: both(
          lang,
          '心当たりのない電話や手紙に、病気やお金のことを話さないでください。',
          'Do not talk about your health or money to callers you do not know. ',
        ).concat(whereToLook[by][lang]),
      },
      ...(other === '' ? [] : [{ title: both(lang, 'そのほか', 'Other'), text: other, asWritten: true as const }]),
    ],
    ask: whomToAsk[by][lang],
  }
}
