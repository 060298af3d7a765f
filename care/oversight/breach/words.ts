import type { Lang, Sentence } from '#kernel/language'
import type { BreachState, BreachStep, Clock } from './rules.ts'

export const stateNames: Readonly<Record<BreachState, Sentence>> = {
  known: { ja: '知った', en: 'Known' },
  contained: { ja: '止めた', en: 'Contained' },
  reported: { ja: '速報を出した', en: 'Preliminary report made' },
  'persons-told': { ja: '本人に知らせた', en: 'Persons told' },
  final: { ja: '確報を出した', en: 'Final report made' },
  closed: { ja: '終わった', en: 'Closed' },
}

export const stepNames: Readonly<Record<BreachStep, Sentence>> = {
  contain: { ja: '止めた（広がりを止め、証拠を残した）', en: 'Contained: stopped, and the evidence kept' },
  report: { ja: '速報を提出した', en: 'Preliminary report submitted' },
  tell: { ja: '本人に知らせる', en: 'Tell the persons' },
  final: { ja: '確報を提出した', en: 'Final report submitted' },
  close: { ja: 'この件を終える', en: 'Close the case' },
}

export const clockNames: Readonly<Record<Clock['what'], Sentence>> = {
  preliminary: { ja: '速報', en: 'Preliminary report' },
  persons: { ja: '本人への通知', en: 'Telling the persons' },
  final: { ja: '確報', en: 'Final report' },
}

export const otherSteps: Readonly<Record<string, Sentence>> = {
  made: { ja: '登録した', en: 'Entered' },
  facts: { ja: '事実を改めた', en: 'Facts changed' },
  items: { ja: '報告の項目を書いた', en: 'Items of the report written' },
  owner: { ja: '担当者を決めた', en: 'Somebody put in charge' },
  scope: { ja: '範囲を調べさせた', en: 'Scope asked for' },
  telling: { ja: '本人への知らせを始めた', en: 'Began to tell the persons' },
}

export const stepWords = (step: string, lang: Lang): string =>
  (Object.hasOwn(stepNames, step) ? stepNames[step as BreachStep] : Object.hasOwn(otherSteps, step) ? otherSteps[step] : undefined)?.[
    lang
  ] ?? step

/** Said wherever an exercise could be taken for the real thing. */
export const drillWords: Sentence = { ja: '訓練', en: 'DRILL' }
