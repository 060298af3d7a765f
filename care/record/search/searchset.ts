import { operationOutcome } from '#packages/fhir'
import type { Page, Search } from './model.ts'
import { encodeCursor } from './order.ts'

/** Put together as text: stored resources are served as they are, without parsing them again. @param base address of the FHIR surface */
export function searchset(base: string, search: Search, page: Page): string {
  const address = search.type === '' ? base : `${base}/${search.type}`
  const asked = search.used.filter(([name]) => name !== '_cursor')
  const link = (relation: string, parameters: [string, string][]) => ({ relation, url: `${address}?${new URLSearchParams(parameters)}` })
  const links = [
    link('self', search.used),
    ...(search.used.length > asked.length ? [link('first', asked)] : []),
    ...(page.next ? [link('next', [...asked, ['_cursor', encodeCursor(page.next)]])] : []),
  ]
  // Types and ids hold nothing that JSON would write otherwise.
  const root = JSON.stringify(`${base}/`).slice(0, -1)
  const entry = (mode: string) => (r: Page['rows'][number]) =>
    `{"fullUrl":${root}${r.type}/${r.id}","resource":${r.body},"search":{"mode":"${mode}"}}`
  const notices = [...search.unknown.map(ignored), ...(page.cut ? [cut] : [])]
  const entries = [
    ...page.rows.map(entry('match')),
    ...page.included.map(entry('include')),
    ...(notices.length > 0 ? [`{"resource":${JSON.stringify(operationOutcome(notices))},"search":{"mode":"outcome"}}`] : []),
  ]
  const total = page.total === null ? '' : `"total":${page.total},`
  return `{"resourceType":"Bundle","type":"searchset",${total}"link":${JSON.stringify(links)}${entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]`}}`
}

const ignored = (name: string) => ({
  severity: 'warning' as const,
  code: 'not-supported',
  path: '',
  ruleId: 'search/unknown-parameter',
  ja: `検索条件「${name.slice(0, 80)}」は無視しました。`,
  en: `The search parameter “${name.slice(0, 80)}” was ignored.`,
})

const cut = {
  severity: 'warning' as const,
  code: 'too-costly',
  path: '',
  ruleId: 'search/included-cut',
  ja: '一緒に返す資料が上限を超えたため、一部だけを入れました。_count を小さくするか、種類を絞ってください。',
  en: 'More would be included than one answer holds; only a part is. Ask for fewer matches or name the types to include.',
}
