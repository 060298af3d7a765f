/** A member of a value set as an entry of its expansion. */
import type { ExpansionEntry, Wish } from './expansion.ts'
import { languageMeets, type Name, namesOf, preferredName } from './language.ts'
import type { Member } from './members.ts'
import type { ConceptProperty, Designation, PropertyDefinition } from './model.ts'
import { present } from './read-json.ts'

/** The names of a member: those of the value set go before those of the system. */
function namesIn({ listed, concept, view }: Member): Name[] {
  const own = listed?.display === undefined ? [] : [{ value: listed.display, own: true, language: view?.language }]
  const system = namesOf(view, concept).filter((name) => !(own.length > 0 && name.own))
  return [...own, ...(listed?.designations ?? []), ...system]
}

export function entryOf(member: Member, wish: Wish): ExpansionEntry {
  const { concept, system, view, listed, version } = member
  const names = namesIn(member)
  const display = preferredName(names, wish.languages)
  return present<ExpansionEntry>({
    system,
    version: version ?? (wish.several.has(system) ? view?.version : undefined),
    code: concept.code,
    display: display?.value,
    abstract: concept.abstract || undefined,
    inactive: concept.inactive || undefined,
    deprecated: concept.status === 'deprecated' || undefined,
    definition: wish.includeDefinition ? concept.definition : undefined,
    designations: wish.includeDesignations ? designationsFor(names, display, wish) : undefined,
    properties: propertiesFor(member, wish),
    extensions: listed?.extensions ?? concept.extensions,
    contains: [],
  })
}

const displayUse = { system: 'http://terminology.hl7.org/CodeSystem/designation-usage', code: 'display' }

function designationsFor(names: readonly Name[], display: Name | undefined, wish: Wish): readonly Designation[] | undefined {
  const found = names
    .filter((name) => name !== display)
    .filter((name) => !wish.designations?.length || wish.designations.some((asked) => isAsked(name, asked)))
    .map(({ value, language, use, own }) => present<Designation>({ language, use: use ?? (own ? displayUse : undefined), value }))
  return found.length > 0 ? found : undefined
}

function isAsked({ language, use }: Name, asked: string): boolean {
  const bar = asked.lastIndexOf('|')
  const [system, code] = bar < 0 ? ['urn:ietf:bcp:47', asked] : [asked.slice(0, bar), asked.slice(bar + 1)]
  return system === 'urn:ietf:bcp:47' ? languageMeets(language, code) : use?.system === system && use.code === code
}

function propertiesFor({ concept, view, listed }: Member, { properties = [] }: Wish): readonly ConceptProperty[] | undefined {
  const own = (concept.properties ?? []).filter(({ code }) => properties.includes(code) || properties.includes('*'))
  const out: ConceptProperty[] = [...own]
  const relation = (name: string, codes: readonly string[]): void => {
    if (properties.includes(name) && !own.some(({ code }) => code === name))
      out.push(...codes.map((value): ConceptProperty => ({ code: name, type: 'code', value })))
  }
  relation('parent', view?.parents(concept.code) ?? [])
  relation('child', view?.children(concept.code) ?? [])
  if (properties.includes('definition') && concept.definition) out.push({ code: 'definition', type: 'string', value: concept.definition })
  out.push(...(listed?.ranking ?? concept.ranking ?? []))
  // one who sees that a code is not active is told why
  if (concept.inactive && !out.some(({ code }) => code === 'status'))
    out.push({ code: 'status', type: 'code', value: concept.status ?? 'inactive' })
  else if (concept.status === 'deprecated' && !out.some(({ code }) => code === 'status'))
    out.push({ code: 'status', type: 'code', value: 'deprecated' })
  return out.length > 0 ? out : undefined
}

const meanings = 'http://hl7.org/fhir/concept-properties#'

export function propertiesUsed(members: readonly Member[], entries: readonly ExpansionEntry[]): PropertyDefinition[] {
  const out = new Map<string, PropertyDefinition>()
  entries.forEach(({ properties = [] }, index) => {
    for (const { code, type } of properties)
      if (!out.has(code))
        out.set(
          code,
          members[index]?.view?.properties.find((property) => property.code === code) ?? {
            code,
            type,
            uri: meanings + (code === 'weight' ? 'itemWeight' : code),
          },
        )
  })
  return [...out.values()]
}
