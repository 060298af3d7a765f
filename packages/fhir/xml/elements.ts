/** The element tree as XML sees it: order, attributes, and what a tag becomes in JSON. @spec http://hl7.org/fhir/R4/xml.html */
import { choiceName, elementsOf, isA, isPrimitive, isResourceType, shapeName } from '../shapes.ts'

/** One element that may stand in a shape. Tag and JSON member have the same name (`valueQuantity`). */
export type XmlElement = {
  name: string
  /** JSON member with the id and extensions of a primitive (`_birthDate`); empty for other types. */
  beside: string
  /** Name in a path: `value` for `valueQuantity`. */
  pathName: string
  order: number
  many: boolean
  kind: 'value' | 'part' | 'resource' | 'xhtml'
  /** JSON type of a primitive. */
  form: 'text' | 'number' | 'boolean'
  /** Shape of a complex value; resolved at first use, because shapes refer to each other. */
  shape: () => XmlShape
}

export type XmlShape = {
  name: string
  /** Members that XML writes as attributes: `id` of all but resources, and `url` of an extension. */
  attributes: readonly string[]
  byTag: ReadonlyMap<string, XmlElement>
  /** By JSON member; a primitive stands under both of its members. */
  byMember: ReadonlyMap<string, XmlElement>
}

const numbers = new Set(['integer', 'unsignedInt', 'positiveInt', 'decimal'])
const shapes = new Map<string, XmlShape>()

function elementOf(name: string, type: string, about: Pick<XmlElement, 'pathName' | 'order' | 'many'>): XmlElement {
  const target = shapeName(type)
  const primitive = isPrimitive(target) && target !== 'xhtml'
  return {
    ...about,
    name,
    beside: primitive ? `_${name}` : '',
    kind: primitive ? 'value' : target === 'xhtml' ? 'xhtml' : target === 'Resource' || isResourceType(target) ? 'resource' : 'part',
    form: numbers.has(target) ? 'number' : target === 'boolean' ? 'boolean' : 'text',
    shape: () => xmlShapeOf(primitive ? 'Element' : target),
  }
}

/** The shape of a resource type, a datatype or a part, in the order of the definitions. */
export function xmlShapeOf(name: string): XmlShape {
  const known = shapes.get(name)
  if (known) return known
  const attributes = isA(name, 'Resource') ? [] : name === 'Extension' ? ['id', 'url'] : ['id']
  const byTag = new Map<string, XmlElement>()
  const byMember = new Map<string, XmlElement>()
  let order = 0
  for (const [element, row] of elementsOf(name)) {
    if (attributes.includes(element)) continue
    const isChoice = element.endsWith('[x]')
    const about = { pathName: isChoice ? element.slice(0, -3) : element, order: order++, many: row.max !== undefined && row.max !== 1 }
    for (const type of row.types) {
      const one = elementOf(isChoice ? choiceName(element, type) : element, type, about)
      byTag.set(one.name, one)
      byMember.set(one.name, one)
      if (one.beside !== '') byMember.set(one.beside, one)
    }
  }
  const shape = { name, attributes, byTag, byMember }
  shapes.set(name, shape)
  return shape
}
