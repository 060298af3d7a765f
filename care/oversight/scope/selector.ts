/** By what the scope of a breach is asked: who, where from, by which sign-in or token, when, under which rule, whose. Pure. */
import { z } from 'zod'
import type { LogFilter } from '#kernel/audit-search'
import type { Lang, Sentence } from '#kernel/language'
import { addDays } from '#kernel/japan'
import { viaWords } from '../events/words.ts'
import { formatDateTime } from '#ui'

export const selectorFields = ['actorId', 'institutionNumber', 'clientId', 'appName', 'via', 'rule', 'key', 'from', 'to'] as const

/** Everything given holds at once. `from`, `to`: instants; `to` no longer counts. `keys`: of one person, or of several. */
export const selectorSchema = z.object({
  actorIds: z.array(z.string().max(200)).max(50).optional(),
  institutionNumber: z.string().max(40).optional(),
  appName: z.string().max(200).optional(),
  vias: z.array(z.string().max(200)).max(200).optional(),
  rule: z.string().max(100).optional(),
  keys: z.array(z.string().max(60)).max(500).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
})
export type Selector = z.infer<typeof selectorSchema>

export type Misread = { field: string } & Sentence

const words = (text: string): string[] => text.split(/[\s,、]+/).filter((w) => w !== '')

/** 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM' in Japan; the end of a day is the beginning of the next. */
function instantIn(text: string, end: boolean): string | null {
  const [, day = '', time] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2})?)?$/.exec(text.normalize('NFKC').trim()) ?? []
  if (day === '') return null
  const at = new Date(time === undefined ? `${end ? addDays(day, 1) : day}T00:00:00+09:00` : `${day}T${time}:00+09:00`)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

/** Sessions, tokens and permissions are named with their kind; a bare id may be any of them. */
const viasOf = (text: string): string[] =>
  words(text).flatMap((w) => (w.includes(':') ? [w] : ['session', 'token', 'grant'].map((kind) => `${kind}:${w}`)))

/** What was typed, as a selector; or what is wrong with it. */
export function readSelector(typed: (name: (typeof selectorFields)[number]) => string): { selector: Selector } | { wrong: Misread[] } {
  const value = (name: (typeof selectorFields)[number]) => typed(name).trim()
  const dates = (['from', 'to'] as const).map((name) => ({
    name,
    text: value(name),
    at: value(name) === '' ? null : instantIn(value(name), name === 'to'),
  }))
  const wrong: Misread[] = dates
    .filter((d) => d.text !== '' && d.at === null)
    .map((d) => ({
      field: d.name,
      ja: '日付は 2026-11-22 か 2026-11-22 14:30 の形で入力してください。',
      en: 'Write the date as 2026-11-22 or 2026-11-22 14:30.',
    }))
  const [from, to] = dates.map((d) => d.at)
  if (from && to && from >= to)
    wrong.push({ field: 'to', ja: '終わりは始まりより後にしてください。', en: 'The end must come after the beginning.' })
  const actorIds = [...words(value('actorId')), ...words(value('clientId'))]
  const keys = words(value('key')).map((k) => k.replace(/^Patient\//, ''))
  const vias = viasOf(value('via'))
  const selector: Selector = {
    ...(actorIds.length > 0 ? { actorIds } : {}),
    ...(value('institutionNumber') === '' ? {} : { institutionNumber: value('institutionNumber').normalize('NFKC') }),
    ...(value('appName') === '' ? {} : { appName: value('appName') }),
    ...(vias.length > 0 ? { vias } : {}),
    ...(value('rule') === '' ? {} : { rule: value('rule') }),
    ...(keys.length > 0 ? { keys } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  }
  if (wrong.length === 0 && Object.keys(selector).length === 0)
    wrong.push({ field: 'actorId', ja: '少なくとも一つの条件を入力してください。', en: 'Give at least one condition.' })
  return wrong.length > 0 ? { wrong } : { selector }
}

export const filterOf = ({ from, to, ...rest }: Selector): LogFilter => ({
  ...rest,
  ...(from === undefined ? {} : { from: new Date(from) }),
  ...(to === undefined ? {} : { to: new Date(to) }),
})

/** Time is read in this many pieces where no index leads to the entries, so that one sees how far it is. */
const SLICES = 16
export const slicesOf = (s: Selector): number => (s.actorIds !== undefined || s.keys !== undefined ? 1 : SLICES)

/** The piece of a span: first instant, and the one that no longer counts. */
export function sliceOf(span: { from: Date; to: Date }, slice: number, slices: number): { from: Date; to: Date } {
  const [from, to] = [span.from.getTime(), span.to.getTime()]
  const at = (n: number) => new Date(n === slices ? to : Math.floor(from + ((to - from) * n) / slices))
  return { from: at(slice), to: at(slice + 1) }
}

const line = (lang: Lang, ja: string, en: string) => (lang === 'ja' ? ja : en)

/** The question in words. */
export function selectorWords(s: Selector, lang: Lang): { name: string; value: string }[] {
  const part = (ja: string, en: string, value: string | undefined) => (value === undefined ? [] : [{ name: line(lang, ja, en), value }])
  const list = (values: readonly string[] | undefined) => (values === undefined ? undefined : values.join(line(lang, '、', ', ')))
  return [
    ...part('行った人・システム', 'Who', list(s.actorIds)),
    ...part('医療機関番号', 'Institution', s.institutionNumber),
    ...part('アプリ', 'App', s.appName),
    ...part('サインイン・トークン・許可', 'Session, token or permission', list(s.vias?.map((v) => viaWords(v, lang)))),
    ...part('規則', 'Rule', s.rule),
    ...part('誰の情報', 'Whose data', list(s.keys)),
    ...part('いつから', 'From', s.from === undefined ? undefined : formatDateTime(new Date(s.from), lang)),
    ...part('いつまで', 'Until', s.to === undefined ? undefined : formatDateTime(new Date(s.to), lang)),
  ]
}
