/** ISO's countries and currencies as code systems; R4 names them but does not list them as such. */
import { countries, currencies } from './iso-codes.ts'
import type { CodeSystemView, Concept, PropertyDefinition } from './model.ts'
import { publishedValueSet } from './published.ts'
import { makeTable } from './table.ts'

const header = (url: string, name: string, properties: readonly PropertyDefinition[] = []) =>
  ({ url, name, content: 'complete', caseSensitive: true, properties }) as const

const region: ReadonlySet<string> = new Set(countries.map(([alpha2]) => alpha2))

/** alpha-2, alpha-3 and numeric codes, each a code of its own. The English names are those R4 gives. */
function countrySystem(): CodeSystemView {
  const names = new Map(
    publishedValueSet('http://hl7.org/fhir/ValueSet/iso3166-1-2')?.include[0]?.concepts?.map(({ code, display }) => [code, display]),
  )
  const concept = (code: string, alpha2: string): { concept: Concept } => {
    const display = names.get(alpha2)
    return { concept: { code, ...(display === undefined ? {} : { display }) } }
  }
  const rows = [0, 1, 2].flatMap((column) => countries.map((row) => concept(row[column]!, row[0])))
  return makeTable(header('urn:iso:std:iso:3166', 'ISO 3166-1'), rows)
}

const currencySystem = (): CodeSystemView =>
  makeTable(
    header('urn:iso:std:iso:4217', 'ISO 4217'),
    currencies.map((code) => ({ concept: { code } })),
  )

/** Subdivisions are known by their country only. */
const subdivisions: CodeSystemView = {
  ...header('urn:iso:std:iso:3166:-2', 'ISO 3166-2'),
  content: 'grammar',
  find: () => undefined,
  judge: (code) => (/^[A-Z]{2}-[A-Z0-9]{1,3}$/.test(code) && region.has(code.slice(0, 2)) ? 'unknown' : 'out'),
  parents: () => [],
  children: () => [],
  isA: (code, ancestor) => code === ancestor,
  concepts: () => [],
}

const makers: Record<string, () => CodeSystemView> = {
  'urn:iso:std:iso:3166': countrySystem,
  'urn:iso:std:iso:4217': currencySystem,
  'urn:iso:std:iso:3166:-2': () => subdivisions,
}
const made = new Map<string, CodeSystemView>()

export function isoSystem(url: string): CodeSystemView | undefined {
  const make = Object.hasOwn(makers, url) ? makers[url] : undefined
  const known = made.get(url)
  if (known || !make) return known
  const view = make()
  made.set(url, view)
  return view
}
