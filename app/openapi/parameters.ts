/** What may be sent to a row beside its body: parameters of the path, the query and the headers. */
import { operationAt, placeOf, type RowInteraction } from '#care/record'
import type { Sentence } from '#kernel/language'
import type { HttpRow, Taken } from '#kernel/route'

type Named = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; description: string; [more: string]: unknown }
type Parameter = Named | { $ref: string }

const bilingual = ({ ja, en }: Sentence): string => `${ja} / ${en}`
const query = (name: string, ja: string, en: string, schema: object = { type: 'string' }): Named => ({
  name,
  in: 'query',
  description: bilingual({ ja, en }),
  schema,
})
const header = (name: string, ja: string, en: string): Named => ({
  name,
  in: 'header',
  description: bilingual({ ja, en }),
  schema: { type: 'string' },
})

const count = query('_count', '1ページの件数', 'How many on a page', { type: 'integer', minimum: 0, maximum: 1000 })
const since = query('_since', 'この時刻から後に変わったもの', 'What changed from this moment on')
const strict = header('Prefer', 'handling=strict で、知らない条件を断る', 'handling=strict refuses what nobody here knows')
const returned = header('Prefer', 'return=minimal、representation、OperationOutcome', 'return=minimal, representation or OperationOutcome')
const match = header('If-Match', 'この版（W/"n"）のときだけ変える', 'Change it only where it stands at this version (W/"n")')
const onlyNew = header('If-None-Match', '* なら、ないときだけ登録する', 'With *, only where there is none')
const known = [
  header('If-None-Match', '手元の版（W/"n"）。同じなら 304', 'The version at hand (W/"n"); 304 where it is the same'),
  header('If-Modified-Since', '手元の日時。変わっていなければ 304', 'When it was read; 304 where nothing changed since'),
]
const parts = [
  query('_summary', '要約（true、text、data、count、false）', 'Summary: true, text, data, count or false'),
  query('_elements', '要る要素（コンマ区切り）', 'Elements wanted, with commas between'),
]
const criteria: Named = {
  name: 'criteria',
  in: 'query',
  description: bilingual({
    ja: '検索条件。種類ごとの条件と修飾子は /fhir/R4/metadata にあります。',
    en: 'Search criteria. Parameters and modifiers of each type are listed at /fhir/R4/metadata.',
  }),
  style: 'form',
  explode: true,
  schema: { type: 'object', additionalProperties: { type: 'string' } },
}
const searching = [
  criteria,
  count,
  query('_sort', '並べる条件（- で逆順）', 'Parameters to sort by; a minus sign turns the order'),
  query('_total', '総数（none、estimate、accurate）', 'Total: none, estimate or accurate'),
  query('_include', '参照先も', 'What the matches refer to, too'),
  query('_revinclude', '参照元も', 'What refers to the matches, too'),
  query('_cursor', '次のページの印（link の next にある）', 'Place of the next page, as link next says'),
  ...parts,
  strict,
]
const history = [since, query('_at', 'この間に有効だった版', 'Versions current within this time'), count, strict]

const byInteraction: Partial<Record<RowInteraction, readonly Named[]>> = {
  read: [...parts, ...known],
  vread: [...parts, ...known],
  'search-type': searching,
  'search-system': [query('_type', 'リソースの種類（コンマ区切り）', 'Resource types, with commas between'), ...searching],
  'search-compartment': searching,
  'history-instance': history,
  'history-type': history,
  'history-system': history,
  create: [
    returned,
    header('If-None-Exist', 'この条件に合うものがないときだけ登録する', 'Create it only where nothing meets these criteria'),
  ],
  update: [returned, match, onlyNew],
  'update-conditional': [criteria, returned, match],
  patch: [returned, match],
  'patch-conditional': [criteria, returned, match],
  delete: [match],
  'delete-conditional': [criteria],
  bundle: [returned],
}

const types: Partial<Record<Taken['type'], object>> = {
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  instant: { type: 'string', format: 'date-time' },
}

const taken = (p: Taken): Named => ({
  name: p.name,
  in: p.in === 'header' ? 'header' : 'query',
  ...(p.required ? { required: true } : {}),
  description: bilingual(p.about),
  schema: types[p.type] ?? { type: 'string' },
})

/** Every parameter of a row, each name once a place; what the row itself says goes before what its kind says. */
export function parametersOf(row: HttpRow): Parameter[] {
  const isFhir = row.path.startsWith('/fhir/R4')
  const place = placeOf(row)
  const inPath = [...row.path.matchAll(/:([A-Za-z]+)/g)].map(
    ([, name = '']): Named => ({
      name,
      in: 'path',
      required: true,
      description: bilingual(inPathSaid[name] ?? { ja: name, en: name }),
      schema: { type: 'string' },
    }),
  )
  const said = [
    ...inPath,
    ...(row.takes ?? []).filter((p) => p.in !== 'body').map(taken),
    ...((place && byInteraction[place.interaction]) ?? []),
    ...(operationAt(row.path) && row.kind === 'read' ? [strict] : []),
  ]
  const first = new Map<string, Named>()
  for (const p of said) if (!first.has(`${p.in} ${p.name}`)) first.set(`${p.in} ${p.name}`, p)
  return [
    ...first.values(),
    ...(isFhir ? [shared('format'), shared('pretty')] : []),
    ...(row.kind === 'write' && row.method !== 'GET' && !row.who.includes('public') ? [shared('idempotencyKey')] : []),
  ]
}

const inPathSaid: Record<string, Sentence> = {
  type: { ja: 'リソースの種類', en: 'Resource type' },
  id: { ja: 'リソースの id', en: 'Id of the resource' },
  version: { ja: '版の番号', en: 'Number of the version' },
  compartment: { ja: '区画の種類（Patient など）', en: 'Compartment, e.g. Patient' },
  job: { ja: '一括処理の番号', en: 'Id of the bulk job' },
  file: { ja: 'ファイルの名', en: 'Name of the file' },
}
export const sharedParameters = {
  format: query('_format', '答えの形（json か xml）', 'Form of the answer: json or xml'),
  pretty: query('_pretty', '読みやすく字下げする', 'Indented for people', { type: 'boolean' }),
  idempotencyKey: header(
    'Idempotency-Key',
    '同じ鍵の要求は一度だけ行う（255字まで）。もう一度送ると同じ答えを返すが、読み取った内容は二度は返さない',
    'A request of the same key is done once only (up to 255 characters). Sent again it gets the same answer, without what was only read',
  ),
}

const shared = (name: keyof typeof sharedParameters): Parameter => ({ $ref: `#/components/parameters/${name}` })
