/** How base R4 is written down: every differing element body once, and a definition as a line of names that point to them. */
import type { Constraint, ElementDefinition, StructureDefinition } from './model.ts'

/** What an element says besides its name: `max` absent is `*`, `base` absent is the element itself, constraints are numbers of rows. */
export type BodyRow = Omit<ElementDefinition, 'id' | 'path' | 'sliceName' | 'max' | 'constraints' | 'types' | 'base'> & {
  max?: number
  types?: ElementDefinition['types']
  constraints?: number[]
  /** path, min, max (null: `*`). */
  base?: [string, number, number | null]
}

export type DefinitionRow = Omit<StructureDefinition, 'elements'> & {
  /** One of R4's own types, which no package replaces. */
  core?: true
  /** `depth` `last segment of the id` ` ` `body, base 36`, joined by `;`. */
  rows: string
}

export type DefinitionRows = {
  constraints: Constraint[]
  bodies: BodyRow[]
  definitions: Record<string, DefinitionRow>
}

const unlimited = (max: number | null | undefined): number => max ?? Number.POSITIVE_INFINITY
const withoutSlices = (segment: string): string => {
  const colon = segment.indexOf(':')
  return colon < 0 ? segment : segment.slice(0, colon)
}

/** Numbers for values, in the order they came. */
function pool() {
  const numbers = new Map<string, number>()
  const number = (value: unknown): number => {
    const key = JSON.stringify(value)
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return numbers.size - 1
  }
  return { number, all: () => [...numbers.keys()].map((key): unknown => JSON.parse(key)) }
}

const finite = (max: number): number | null => (Number.isFinite(max) ? max : null)

function bodyOf(element: ElementDefinition, constraintNumber: (value: Constraint) => number): BodyRow {
  const { id: _id, path, sliceName: _sliceName, max, constraints, types, base, ...rest } = element
  const own = base && base.path === path && base.min === rest.min && base.max === max
  return {
    ...rest,
    ...(Number.isFinite(max) ? { max } : {}),
    ...(types.length > 0 ? { types } : {}),
    ...(constraints.length > 0 ? { constraints: constraints.map(constraintNumber) } : {}),
    ...(base && !own ? { base: [base.path, base.min, finite(base.max)] } : {}),
  }
}

/** The rows of these definitions; `isCore` marks R4's own types. */
export function writeRows(
  definitions: readonly StructureDefinition[],
  isCore: (definition: StructureDefinition) => boolean,
): DefinitionRows {
  const constraints = pool()
  const bodies = pool()
  const out: Record<string, DefinitionRow> = {}
  for (const definition of definitions) {
    const { elements, ...head } = definition
    const rows = elements.map((element) => {
      const segments = element.id.split('.')
      return `${segments.length - 1}${segments.at(-1)} ${bodies.number(bodyOf(element, constraints.number)).toString(36)}`
    })
    out[definition.url] = { ...head, ...(isCore(definition) ? { core: true } : {}), rows: rows.join(';') }
  }
  return { constraints: constraints.all() as Constraint[], bodies: bodies.all() as BodyRow[], definitions: out }
}

type Shared = { body: Omit<ElementDefinition, 'id' | 'path'>; ownBase: boolean }

/** Reads rows back; equal bodies share their parts. */
export function rowReader(all: DefinitionRows): (url: string) => StructureDefinition | undefined {
  const bodies = new Map<number, Shared>()
  const none: readonly never[] = []
  const shared = (number: number): Shared => {
    const known = bodies.get(number)
    if (known) return known
    const { max, types, constraints, base, ...rest } = all.bodies[number]!
    const body = {
      ...rest,
      max: unlimited(max),
      types: types ?? none,
      constraints: constraints?.map((at) => all.constraints[at]!) ?? none,
      ...(base ? { base: { path: base[0], min: base[1], max: unlimited(base[2]) } } : {}),
    }
    const made = { body, ownBase: !base }
    bodies.set(number, made)
    return made
  }
  const elementsOf = (rows: string): ElementDefinition[] => {
    const ids: string[] = []
    const paths: string[] = []
    return rows.split(';').map((row) => {
      const depth = row.charCodeAt(0) - 48
      const gap = row.lastIndexOf(' ')
      const segment = row.slice(1, gap)
      const plain = withoutSlices(segment)
      ids[depth] = depth === 0 ? segment : `${ids[depth - 1]}.${segment}`
      paths[depth] = depth === 0 ? plain : `${paths[depth - 1]}.${plain}`
      const [id, path] = [ids[depth]!, paths[depth]!]
      const { body, ownBase } = shared(Number.parseInt(row.slice(gap + 1), 36))
      const sliceName = plain === segment ? {} : { sliceName: segment.slice(plain.length + 1) }
      const base = ownBase ? { base: { path, min: body.min, max: body.max } } : {}
      return { id, path, ...sliceName, ...body, ...base }
    })
  }
  return (url) => {
    const row = all.definitions[url]
    if (!row) return undefined
    const { rows, core: _core, ...head } = row
    return { ...head, elements: elementsOf(rows) }
  }
}
