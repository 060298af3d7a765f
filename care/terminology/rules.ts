/** How a line of a master becomes terms, and why it does not. Pure: no clock, database, network. */
import type { Sentence } from '#kernel/language'
import type { Column, Emission, Layout } from './layouts/index.ts'
import type { Designation, Term } from './model.ts'

/** What is wrong in a cell; `column` from 1, 0 for the line. */
export type Problem = Sentence & { column: number; name: string }

/** Where each column of the layout stands in this file, from 0; a column the file does not have is absent. */
export type Places = ReadonlyMap<string, number>

const sentence = (column: number, name: string, ja: string, en: string): Problem => ({ column, name, ja, en })

/** Names of headings are compared without width, spaces and line ends. */
const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[\s　"]/g, '')
    .toLowerCase()

const nameOf = (column: Column): string => column.names[0] ?? ''

/** Columns where the specification puts them. */
export const placesByPosition = (layout: Layout): Places => new Map(Object.entries(layout.columns).map(([key, { n }]) => [key, n - 1]))

/** Columns by a line of headings; null where the line is not one. What must be there: the code and a name of the first system. */
export function placesByName(layout: Layout, cells: readonly string[]): Places | null {
  const headings = cells.map(plain)
  const places = new Map<string, number>()
  for (const [key, { names }] of Object.entries(layout.columns)) {
    const found = names.map((name) => headings.indexOf(plain(name))).find((n) => n >= 0)
    if (found !== undefined) places.set(key, found)
  }
  return neededOf(layout).every((key) => places.has(key)) ? places : null
}

/** Columns without which nothing can be read. */
export const neededOf = ({ emits: [first] }: Layout): string[] => (first ? [...first.code, first.display[0]!] : [])

/** Whether a line of a file by position is its line of headings: the code's column carries its name. */
export function isHeading(layout: Layout, cells: readonly string[]): boolean {
  return neededOf(layout).every((key) => {
    const column = layout.columns[key]!
    return column.names.some((name) => plain(cells[column.n - 1] ?? '') === plain(name))
  })
}

/** The sentence for a file whose line of headings was not found. */
export function whyNoHeadings(layout: Layout): Problem {
  const names = neededOf(layout).map((key) => layout.columns[key]!.names.map((n) => `「${n}」`).join('か'))
  const english = neededOf(layout).map((key) => layout.columns[key]!.names.map((n) => `"${n}"`).join(' or '))
  return sentence(
    0,
    '',
    `見出しの行が見つかりません。${names.join('と')}の列がある行が要ります。--as の指定と、シートを確かめてください。`,
    `No line of headings was found: a line with the columns ${english.join(' and ')} is needed. Check --as and the sheet.`,
  )
}

/** Why a line is not one of this master at all; null where it is. */
export function whyNotLine(layout: Layout, cells: readonly string[], places: Places): Problem | null {
  if (layout.by === 'position' && cells.length < layout.least)
    return sentence(
      0,
      '',
      `列が ${cells.length} しかありません（${layout.least} 以上が要ります）。--as の指定が正しいか、区切りが「,」かを確かめてください。`,
      `There are only ${cells.length} columns (at least ${layout.least} are needed). Check --as, and that commas separate them.`,
    )
  if (!layout.fixed) return null
  const place = places.get(layout.fixed.column)!
  const found = (cells[place] ?? '').trim()
  if (found === layout.fixed.value) return null
  return sentence(
    place + 1,
    nameOf(layout.columns[layout.fixed.column]!),
    `「${found}」です（このマスターでは「${layout.fixed.value}」）。別のマスターのファイルです。--as を確かめてください。`,
    `It is "${found}" (here always "${layout.fixed.value}"): this is the file of another master. Check --as.`,
  )
}

const EMPTY_DAY = /^(?:0*|9{8}|99999999)$/
const DAY = /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$/

/** A day as published; `undefined` where it is none. Nothing, zeros and nines mean open. */
export function dayOf(text: string): string | null | undefined {
  const written = text.trim()
  if (EMPTY_DAY.test(written)) return null
  const [, year = '', month = '', day = ''] = DAY.exec(written) ?? []
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${iso}T00:00:00Z`)
  return year !== '' && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined
}

/** What one system takes out of a line: a term, nothing, or what is wrong. */
export type Read = { term: Term } | { problem: Problem } | null

const forms = new Map<string, RegExp>()
/** The forms come from our own layouts, never from a file. */
const formOf = (source: string): RegExp => {
  const known = forms.get(source) ?? new RegExp(`^(?:${source})$`, 'u')
  forms.set(source, known)
  return known
}

/** Reads a line for one system of its layout. */
export function readTerm(layout: Layout, emission: Emission, { cells, places }: { cells: readonly string[]; places: Places }): Read {
  const cell = (key: string | undefined): string => (key === undefined ? '' : (cells[places.get(key) ?? -1] ?? '').trim())
  const where = (key: string): [number, string] => [(places.get(key) ?? -1) + 1, nameOf(layout.columns[key]!)]
  const [first = ''] = emission.code
  const code = emission.code.map(cell).join('')
  if (emission.code.some((key) => cell(key) === '')) return emission.optional || code !== '' ? null : { problem: emptyCode(where(first)) }
  if (emission.only !== undefined && !formOf(emission.only).test(code)) return null
  if (!formOf(emission.form).test(code)) return { problem: badCode(where(first), code) }
  const display = emission.display.map(cell).find((text) => text !== '')
  if (display === undefined) return { problem: noName(where(emission.display[0]!), code) }
  const days: (string | null)[] = []
  for (const key of [emission.from, emission.to]) {
    const day = dayOf(cell(key))
    if (day === undefined) return { problem: badDay(where(key!), cell(key)) }
    days.push(day)
  }
  const [validFrom = null, validTo = null] = days
  const others = (emission.others ?? []).flatMap(({ column, ...about }): Designation[] =>
    cell(column) === '' || cell(column) === display ? [] : [{ value: cell(column), ...about }],
  )
  const properties = Object.entries(emission.properties ?? {}).flatMap(([name, key]) =>
    cell(key) === '' ? [] : [[name, cell(key)] as const],
  )
  const isRetired = emission.retired?.values.includes(cell(emission.retired.column)) === true
  const parent = emission.parent && 'column' in emission.parent ? cell(emission.parent.column) || null : null
  return {
    term: {
      code,
      display,
      kana: cell(emission.kana) || null,
      others,
      parent,
      validFrom,
      validTo,
      status: isRetired ? 'retired' : 'active',
      properties: Object.fromEntries(properties),
    },
  }
}

const emptyCode = ([column, name]: [number, string]) => sentence(column, name, 'コードがありません。', 'There is no code.')
const badCode = ([column, name]: [number, string], code: string) =>
  sentence(
    column,
    name,
    `コード「${code.slice(0, 40)}」の形が違います。--as の指定と列の並びを、配布元の仕様書で確かめてください。`,
    `The code "${code.slice(0, 40)}" has another form. Check --as, and the order of the columns against the publisher's specification.`,
  )
const noName = ([column, name]: [number, string], code: string) =>
  sentence(column, name, `コード「${code}」に名称がありません。`, `The code "${code}" has no name.`)
const badDay = ([column, name]: [number, string], text: string) =>
  sentence(
    column,
    name,
    `「${text.slice(0, 20)}」は日付ではありません（20261101 の形で書きます）。`,
    `"${text.slice(0, 20)}" is not a date (written as 20261101).`,
  )

/** Finds parents that follow from the order of the file, or from the code itself. One for each system of a load. */
export function parentFinder({ parent }: Emission): (term: Term, cell: (key: string) => string) => string | null {
  if (parent === undefined || 'column' in parent) return (term) => term.parent
  if ('cut' in parent) {
    const seen = new Set<string>()
    return ({ code }) => {
      seen.add(code)
      const above = [...parent.cut]
        .reverse()
        .map((n) => code.slice(0, n).replace(/[.]$/, ''))
        .find((prefix) => prefix !== code && seen.has(prefix))
      return above ?? null
    }
  }
  const open: { code: string; level: number }[] = []
  return ({ code }, cell) => {
    const level = Number(cell(parent.level)) || 0
    while (open.length > 0 && open.at(-1)!.level >= level) open.pop()
    const above = open.at(-1)?.code ?? null
    open.push({ code, level })
    return above
  }
}

/** The release that holds on a day: the one with the latest beginning that is not after it. */
export function holdingOn<R extends { validFrom: string }>(releases: readonly R[], day: string): R | null {
  return releases
    .filter((r) => r.validFrom <= day)
    .reduce<R | null>((best, r) => (best === null || r.validFrom > best.validFrom ? r : best), null)
}

/** Whether a code may be used on a day. */
export const usableOn = (term: Pick<Term, 'status' | 'validFrom' | 'validTo'>, day: string): boolean =>
  term.validTo === null
    ? term.status === 'active' && (term.validFrom === null || term.validFrom <= day)
    : day <= term.validTo && (term.validFrom === null || term.validFrom <= day)
