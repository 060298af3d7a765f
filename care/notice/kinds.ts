/** What a person is told, in words that everybody understands. One row a kind; whoever wants a person told says the kind and its facts. */
import { z } from 'zod'
import type { Lang, Sentence } from '#kernel/language'
import type { Facts, Notice } from './model.ts'

const name = z.string().max(200)
const id = z.string().min(1).max(80)
const word = z.string().regex(/^[a-z][a-z-]{0,39}$/)

type Kind = {
  /** Facts the message brings; anything else in it is dropped, so that nothing clinical comes along. */
  facts: z.ZodType<Facts>
  /** Comes whatever the person wished: where they may have to act, or never agreed. */
  always: boolean
  title: (facts: Facts) => Sentence
  text: Sentence
  /** Where it leads where the log has no line of its own for it. */
  leadsTo: (facts: Facts) => string
}

const erasures: Record<string, Sentence> = {
  asked: { ja: '受け付けました', en: 'it was received' },
  held: { ja: '法律の決まりで、すぐには消せません', en: 'the law asks that it be kept for now' },
  restricted: { ja: '使えないようにしました', en: 'your data may no longer be used' },
  refused: { ja: '消せませんでした。理由を確かめてください', en: 'it was refused; please see why' },
  erased: { ja: '消しました', en: 'your data was erased' },
}

const changes: Record<string, Sentence> = {
  given: { ja: '新しい同意が登録されました', en: 'A consent was registered' },
  'standing-given': { ja: '続く同意が登録されました', en: 'A standing consent was registered' },
  withdrawn: { ja: '同意が取り消されました', en: 'A consent was withdrawn' },
  ended: { ja: '同意の期間が終わりました', en: 'A consent has ended' },
  closed: { ja: '見せない設定が変わりました', en: 'What you keep closed was changed' },
}

/** A table's own entry, never what its prototype offers under the same name. */
const own = (table: Record<string, Sentence>, word: string | undefined): Sentence | undefined =>
  word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined

export const kinds = {
  'first-access': {
    facts: z.object({ institutionNumber: id, institutionName: name, after: word.optional().default('') }),
    always: false,
    title: ({ institutionName, after }) =>
      after === 'silence'
        ? {
            ja: `${institutionName}が、久しぶりにあなたの情報に触れました`,
            en: `${institutionName} touched your data again after a long time`,
          }
        : { ja: `${institutionName}が、はじめてあなたの情報に触れました`, en: `${institutionName} touched your data for the first time` },
    text: {
      ja: '見たのか、登録したのかを確かめられます。心あたりがなければ、そこから質問できます。',
      en: 'See whether they looked or added something. If you do not know why, you can ask from there.',
    },
    leadsTo: ({ institutionNumber }) => `/me/access-log?institution=${encodeURIComponent(institutionNumber ?? '')}`,
  },
  'break-glass': {
    facts: z.object({ emergencyId: id, institutionName: name, staffName: name.optional().default('') }),
    always: true,
    title: ({ institutionName, staffName }) => ({
      ja: `${institutionName}${staffName ? `の${staffName}さん` : ''}が、緊急のため、あなたの同意を待たずに記録を開きました`,
      en: `${staffName ? `${staffName} of ` : ''}${institutionName} opened your record in an emergency, without waiting for your consent`,
    }),
    text: {
      ja: '命や体を守るための決まりによるものです。正しかったかどうかを、あとで別の人たちが確かめます。心あたりがなければ質問してください。',
      en: 'A rule that protects life allows this. Others will check whether it was right. If you do not know why, please ask.',
    },
    leadsTo: () => '/me/access-log',
  },
  'disaster-access': {
    facts: z.object({ disasterId: id, institutionName: name }),
    always: true,
    title: ({ institutionName }) => ({
      ja: `災害のため、${institutionName}があなたの記録を開きました`,
      en: `${institutionName} opened your record because of a disaster`,
    }),
    text: {
      ja: '災害のときに治療を続けるための決まりによるものです。心あたりがなければ質問してください。',
      en: 'A rule lets care go on in a disaster. If you do not know why, please ask.',
    },
    leadsTo: () => '/me/access-log',
  },
  'question-answered': {
    facts: z.object({ questionId: id }),
    always: false,
    title: () => ({ ja: 'あなたの質問に答えが届きました', en: 'Your question was answered' }),
    text: { ja: '答えを読んで、納得できたかどうかを知らせてください。', en: 'Please read the answer and say whether it is enough.' },
    leadsTo: ({ questionId }) => `/me/questions/${encodeURIComponent(questionId ?? '')}`,
  },
  'consent-changed': {
    facts: z.object({ what: z.string().max(40) }),
    always: false,
    title: ({ what }) => own(changes, what) ?? { ja: 'あなたの同意が変わりました', en: 'Your consents have changed' },
    text: {
      ja: 'いまの同意を確かめられます。変えた覚えがなければ、取り消せます。',
      en: 'You can check your consents, and withdraw what you did not mean.',
    },
    leadsTo: () => '/me/consents',
  },
  erasure: {
    facts: z.object({ state: z.string().max(40) }),
    always: false,
    title: ({ state }) => {
      const now = own(erasures, state)
      return now
        ? { ja: `消去の求めについて：${now.ja}`, en: `About your request for erasure: ${now.en}` }
        : { ja: '消去の求めに動きがありました', en: 'Your request for erasure has moved on' }
    },
    text: { ja: '何が残り、それがいつまでかを確かめられます。', en: 'You can see what is kept, and until when.' },
    leadsTo: () => '/me/erasure',
  },
  breach: {
    facts: z.object({ breachId: id }),
    always: true,
    title: () => ({
      ja: 'あなたの情報が、外に漏れたおそれがあります',
      en: 'Your data may have become known to others',
    }),
    text: {
      ja: '何が起き、何をすればよいかを説明しています。誰が触れたのかは「誰が見たか」で確かめられます。',
      en: 'It is explained what happened and what you can do. “Who looked” shows who touched your data.',
    },
    leadsTo: ({ breachId }) => `/me/breaches/${encodeURIComponent(breachId ?? '')}`,
  },
} as const satisfies Record<string, Kind>

export type KindId = keyof typeof kinds

export const isKind = (text: string): text is KindId => Object.hasOwn(kinds, text)

const kindOf = (kind: KindId): Kind => kinds[kind]

/** The facts of a message, held to what its kind may carry. @throws where they are not those of the kind */
export const factsOf = (kind: KindId, payload: unknown): Facts => kindOf(kind).facts.parse(payload)

export const comesAlways = (kind: KindId): boolean => kindOf(kind).always

export const titleOf = ({ kind, facts }: Pick<Notice, 'kind' | 'facts'>, lang: Lang): string => kindOf(kind).title(facts)[lang]

export const textOf = ({ kind }: Pick<Notice, 'kind'>, lang: Lang): string => kindOf(kind).text[lang]

/** The line of the log the notice is about; for a question, the question itself. */
export function leadsTo({ kind, facts, requestId }: Pick<Notice, 'kind' | 'facts' | 'requestId'>): string {
  const ofTheLog = kind === 'first-access' || kind === 'break-glass' || kind === 'disaster-access'
  return ofTheLog && requestId !== '' ? `/me/access-log/acts/${encodeURIComponent(requestId)}` : kindOf(kind).leadsTo(facts)
}
