/** Questions about an access in the words a person reads. Pure. */
import type { Act, State } from '#care/question'
import type { Sentence } from '#kernel/language'

export const stateWords: Record<State, Sentence> = {
  waiting: { ja: '医療機関の答えを待っています', en: 'Waiting for the institution' },
  answered: { ja: '答えが届きました', en: 'Answered' },
  auditing: { ja: '縁の監査担当が調べています', en: 'The platform’s auditors are looking into it' },
  concluded: { ja: '監査担当の結論が出ました', en: 'The auditors have decided' },
  closed: { ja: '終わりました', en: 'Closed' },
}

export const stepWords: Record<Act, Sentence> = {
  ask: { ja: 'あなたの質問', en: 'Your question' },
  answer: { ja: '医療機関の答え', en: 'The institution’s answer' },
  forward: { ja: '医療機関が、監査担当に引きつぎました', en: 'The institution handed it on to the auditors' },
  escalate: { ja: '答えの期限が過ぎたので、監査担当に頼みました', en: 'You went to the auditors, because the day to answer had passed' },
  satisfied: { ja: '納得しました', en: 'You were satisfied' },
  unsatisfied: { ja: '納得できないので、監査担当に頼みました', en: 'You were not satisfied and went to the auditors' },
  withdraw: { ja: '質問を取り下げました', en: 'You took the question back' },
  conclude: { ja: '監査担当の結論', en: 'The auditors’ decision' },
}
