/** An expansion as the element of a ValueSet that R4 writes it in; what later versions added goes into their extensions. */
import type { Json, JsonObject } from '../model.ts'
import type { Expansion, ExpansionEntry, ExpansionParameter } from './expansion.ts'
import type { Coding, ConceptProperty, Designation } from './model.ts'

const backport = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion'
const definitions = 'http://hl7.org/fhir/StructureDefinition/'

export const codingJson = (coding: Coding): JsonObject => ({ ...coding })

/** `valueCode`, `valueString`, ... of a concept's property. */
export function propertyValue({ type, value }: ConceptProperty): JsonObject {
  const name = `value${type[0]!.toUpperCase()}${type.slice(1)}`
  return { [name]: typeof value === 'object' ? codingJson(value) : value }
}

export const designationJson = ({ language, use, value }: Designation): JsonObject => ({
  ...(language ? { language } : {}),
  ...(use ? { use: codingJson(use) } : {}),
  value,
})

function extensionsOf(entry: ExpansionEntry): Json[] {
  const out: Json[] = [...(entry.extensions ?? [])]
  if (entry.deprecated) out.push({ url: `${definitions}valueset-deprecated`, valueBoolean: true })
  if (entry.definition) out.push({ url: `${definitions}valueset-concept-definition`, valueString: entry.definition })
  for (const property of entry.properties ?? [])
    out.push({
      url: `${backport}.contains.property`,
      extension: [
        { url: 'code', valueCode: property.code },
        { url: 'value', ...propertyValue(property) },
      ],
    })
  return out
}

function entryJson(entry: ExpansionEntry): JsonObject {
  const extension = extensionsOf(entry)
  return {
    ...(extension.length ? { extension } : {}),
    ...(entry.system ? { system: entry.system } : {}),
    ...(entry.abstract ? { abstract: true } : {}),
    ...(entry.inactive ? { inactive: true } : {}),
    ...(entry.version ? { version: entry.version } : {}),
    code: entry.code,
    ...(entry.display === undefined ? {} : { display: entry.display }),
    ...(entry.designations?.length ? { designation: entry.designations.map(designationJson) } : {}),
    ...(entry.contains.length ? { contains: entry.contains.map(entryJson) } : {}),
  }
}

const parameterJson = ({ name, type, value }: ExpansionParameter): JsonObject => ({ name, [`value${type}`]: value })

/** `ValueSet.expansion`. Identifier (a URI) and time (with zone) come from the caller. */
export function expansionJson(expansion: Expansion, { identifier, timestamp }: { identifier: string; timestamp: string }): JsonObject {
  const { total, offset, contains, parameters, properties } = expansion
  const extension: Json[] = properties.map(({ code, uri }) => ({
    url: `${backport}.property`,
    extension: [{ url: 'code', valueCode: code }, ...(uri ? [{ url: 'uri', valueUri: uri }] : [])],
  }))
  return {
    ...(extension.length ? { extension } : {}),
    identifier,
    timestamp,
    total,
    ...(offset === undefined ? {} : { offset }),
    ...(parameters.length ? { parameter: parameters.map(parameterJson) } : {}),
    ...(contains.length ? { contains: contains.map(entryJson) } : {}),
  }
}
