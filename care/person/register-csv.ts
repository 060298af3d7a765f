/** Tables of facilities and of staff, judged line by line. Pure: what the register holds already is asked elsewhere. */
import type { Sentence } from '#kernel/language'
import { type CsvLine, parseCsv } from './csv.ts'
import { facilityKinds, judgeFacility, plainNumber } from './facility-rules.ts'
import type { Finding } from './key-rules.ts'
import { type FacilityEntry, type LicenceKind, licenceKinds } from './register-model.ts'
import { judgeStaff, type NewStaff, staffRoles } from './staff-rules.ts'

/** Something wrong in a table: where, and what. */
export type Misfit = Sentence & { line: number; column: string }
export type Judged<T> = { entries: { line: number; entry: T }[]; misfits: Misfit[]; lines: number }

export const MOST_LINES = 10_000
export const LONGEST_TABLE = 4_000_000

type Names = Readonly<Record<string, readonly string[]>>

/** Headings of the columns, in Japanese and English; the first one is the name of the field. */
export const facilityColumns = {
  institutionNumber: ['institutionNumber', '医療機関番号'],
  kind: ['kind', '種別'],
  name: ['name', '名称'],
  nameEn: ['nameEn', '英語名'],
  postalCode: ['postalCode', '郵便番号'],
  address: ['address', '所在地'],
  phone: ['phone', '電話'],
  from: ['from', '開始日'],
  until: ['until', '終了日'],
} as const satisfies Names

export const staffColumns = {
  institutionNumber: ['institutionNumber', '医療機関番号'],
  loginName: ['loginName', 'ログイン名'],
  name: ['name', '氏名'],
  nameKana: ['nameKana', 'フリガナ'],
  nameEn: ['nameEn', 'ローマ字'],
  role: ['role', '職種'],
  department: ['department', '所属'],
  from: ['from', '開始日'],
  until: ['until', '終了日'],
  licenceKind: ['licenceKind', '免許'],
  licenceNumber: ['licenceNumber', '免許番号'],
  licenceFrom: ['licenceFrom', '免許登録日'],
  licenceUntil: ['licenceUntil', '免許終了日'],
} as const satisfies Names

const kindWords: Record<string, FacilityEntry['kind']> = {
  病院: 'hospital',
  診療所: 'clinic',
  歯科診療所: 'dental-clinic',
  薬局: 'pharmacy',
  介護事業所: 'care-provider',
  市町村: 'municipality',
  保険者: 'insurer',
}
const roleWords: Record<string, NewStaff['role']> = {
  医師: 'physician',
  歯科医師: 'dentist',
  薬剤師: 'pharmacist',
  看護師: 'nurse',
  看護職員: 'nurse',
  事務職員: 'clerk',
  管理者: 'administrator',
  運用担当: 'operator',
  監査担当: 'auditor',
}
const licenceWords: Record<string, LicenceKind> = {
  医師: 'physician',
  歯科医師: 'dentist',
  薬剤師: 'pharmacist',
  保健師: 'public-health-nurse',
  助産師: 'midwife',
  看護師: 'nurse',
  准看護師: 'assistant-nurse',
}

/** A word of a list, by its own name or its Japanese one. */
const oneOf = <T extends string>(value: string, list: readonly T[], words: Record<string, T>): T | undefined =>
  list.find((one) => one === value) ?? (Object.hasOwn(words, value) ? words[value] : undefined)

/** 2026/4/1 and 令和の日付 are common; only the first is unambiguous, so it is taken beside 2026-04-01. */
const dayOf = (text: string): string => {
  const [, y, m, d] = /^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$/.exec(text.normalize('NFKC').trim()) ?? []
  return y === undefined ? text.trim() : `${y}-${m!.padStart(2, '0')}-${d!.padStart(2, '0')}`
}

type Reader<T> = {
  columns: Names
  required: readonly string[]
  entry: (cell: (name: string) => string) => T
  judge: (entry: T) => Finding[]
  key: (entry: T) => string
  keyColumn: string
}

const misfit = (line: number, column: string, ja: string, en: string): Misfit => ({ line, column, ja, en })

function judgeTable<T>(text: string, reader: Reader<T>): Judged<T> {
  const nothing = (one: Misfit): Judged<T> => ({ entries: [], misfits: [one], lines: 0 })
  if (text.length > LONGEST_TABLE)
    return nothing(
      misfit(0, '', '表が大きすぎます（上限4 MB）。分けて登録してください。', 'The table is too large (limit 4 MB). Split it.'),
    )
  const parsed = parseCsv(text)
  if (parsed === null) return nothing(misfit(0, '', '引用符（"）が閉じていません。', 'A quote (") is never closed.'))
  const [head, ...lines] = parsed
  if (head === undefined)
    return nothing(misfit(0, '', '表が空です。1行目に見出しを書いてください。', 'The table is empty. Its first line holds the headings.'))
  if (lines.length === 0) return nothing(misfit(head.line, '', '見出しの下に行がありません。', 'There is no line under the headings.'))
  if (lines.length > MOST_LINES) return nothing(misfit(0, '', `一度に${MOST_LINES}行までです。`, `At most ${MOST_LINES} lines at a time.`))
  const columns = columnsIn(head, reader)
  if ('wrong' in columns) return { entries: [], misfits: columns.wrong, lines: lines.length }
  return judgeLines(lines, reader, columns.at)
}

/** Where each field stands; headings that nobody knows, that come twice or that are missing are wrong. */
function columnsIn<T>(head: CsvLine, { columns, required }: Reader<T>): { at: Map<string, number> } | { wrong: Misfit[] } {
  const at = new Map<string, number>()
  const wrong: Misfit[] = []
  for (const [n, cell] of head.cells.entries()) {
    const heading = cell.normalize('NFKC').trim()
    const field = Object.entries(columns).find(([, names]) => names.includes(heading))?.[0]
    if (heading === '') continue
    if (field === undefined || at.has(field))
      wrong.push(
        misfit(head.line, heading.slice(0, 40), 'この見出しは使えないか、二度出てきます。', 'This heading is not known, or comes twice.'),
      )
    else at.set(field, n)
  }
  for (const field of required)
    if (!at.has(field)) wrong.push(misfit(head.line, columns[field]!.at(-1)!, 'この見出しの列が要ります。', 'This column is needed.'))
  return wrong.length > 0 ? { wrong } : { at }
}

function judgeLines<T>(lines: readonly CsvLine[], reader: Reader<T>, at: ReadonlyMap<string, number>): Judged<T> {
  const misfits: Misfit[] = []
  const entries: Judged<T>['entries'] = []
  const seen = new Map<string, number>()
  for (const { line, cells } of lines) {
    const entry = reader.entry((name) => (cells[at.get(name) ?? -1] ?? '').trim())
    const found = reader.judge(entry)
    for (const f of found) misfits.push({ line, column: reader.columns[f.field]?.at(-1) ?? f.field, ja: f.ja, en: f.en })
    const key = reader.key(entry)
    const first = seen.get(key)
    if (first !== undefined)
      misfits.push(
        misfit(line, reader.columns[reader.keyColumn]!.at(-1)!, `${first}行目と同じです。`, `It is the same as in line ${first}.`),
      )
    else if (key !== '') seen.set(key, line)
    if (found.length === 0 && first === undefined) entries.push({ line, entry })
  }
  return { entries, misfits, lines: lines.length }
}

export const judgeFacilityTable = (text: string): Judged<FacilityEntry> =>
  judgeTable(text, {
    columns: facilityColumns,
    required: ['institutionNumber', 'kind', 'name', 'from'],
    keyColumn: 'institutionNumber',
    key: (f) => f.institutionNumber,
    judge: judgeFacility,
    entry: (cell) => {
      const institutionNumber = plainNumber(cell('institutionNumber'))
      return {
        institutionNumber,
        kind: oneOf(cell('kind'), facilityKinds, kindWords) ?? ('' as FacilityEntry['kind']),
        name: cell('name'),
        nameEn: cell('nameEn'),
        prefecture: institutionNumber.slice(0, 2),
        postalCode: cell('postalCode').normalize('NFKC'),
        address: cell('address'),
        phone: cell('phone').normalize('NFKC'),
        from: dayOf(cell('from')),
        until: dayOf(cell('until')) || null,
      }
    },
  })

export const judgeStaffTable = (text: string): Judged<NewStaff> =>
  judgeTable(text, {
    columns: staffColumns,
    required: ['institutionNumber', 'loginName', 'name', 'role', 'from'],
    keyColumn: 'loginName',
    key: (s) => s.loginName,
    judge: judgeStaff,
    entry: (cell) => ({
      institutionNumber: plainNumber(cell('institutionNumber')),
      loginName: cell('loginName').normalize('NFKC').toLowerCase(),
      name: cell('name'),
      nameKana: cell('nameKana').normalize('NFKC').replaceAll(' ', ' '),
      nameEn: cell('nameEn'),
      role: oneOf(cell('role'), staffRoles, roleWords) ?? ('' as NewStaff['role']),
      department: cell('department'),
      from: dayOf(cell('from')),
      until: dayOf(cell('until')) || null,
      licence: licenceIn(cell),
    }),
  })

function licenceIn(cell: (name: string) => string): NewStaff['licence'] {
  const word = cell('licenceKind')
  const number = cell('licenceNumber').normalize('NFKC')
  if (word === '' && number === '') return null
  const kind = oneOf(word, licenceKinds, licenceWords) ?? ('' as LicenceKind)
  return { kind, number, from: dayOf(cell('licenceFrom')), until: dayOf(cell('licenceUntil')) || null }
}
