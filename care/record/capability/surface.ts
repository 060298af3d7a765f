/** The FHIR surface as the rows make it: which interactions and operations there are, and for which types. */
import { isHttpRow, type Row, type Taken } from '#kernel/route'
import type { Sentence } from '#kernel/language'
import { isResourceType } from '#packages/fhir'
import { offers, type TypeInteraction } from '../offered.ts'

const ROOT = '/fhir/R4'

/** What a row does to any type, or to the system: by method and the shape of its path. @spec http://hl7.org/fhir/R4/http.html#summary */
const shapes = {
  'GET metadata': 'capabilities',
  'GET T/:': 'read',
  'GET T/:/_history/:': 'vread',
  'GET T/:/_history': 'history-instance',
  'GET T/_history': 'history-type',
  'GET T': 'search-type',
  'POST T/_search': 'search-type',
  'POST T': 'create',
  'PUT T/:': 'update',
  'PUT T': 'update-conditional',
  'PATCH T/:': 'patch',
  'PATCH T': 'patch-conditional',
  'DELETE T/:': 'delete',
  'DELETE T': 'delete-conditional',
  'GET :/:/:': 'search-compartment',
  'POST :/:/:/_search': 'search-compartment',
  'POST ': 'bundle',
  'GET ': 'search-system',
  'POST _search': 'search-system',
  'GET _history': 'history-system',
} as const

export type RowInteraction = (typeof shapes)[keyof typeof shapes]
export type Level = 'system' | 'type' | 'instance'

/** One operation. `type`: null at system level, `*` where every type has it. `reads`: a GET is enough. */
export type Operation = {
  name: string
  level: Level
  type: string | null
  methods: string[]
  reads: boolean
  definition: string | undefined
  takes: readonly Taken[]
  summary: Sentence
}

export type Surface = {
  /** By type; `*` holds what every type has. */
  interactions: ReadonlyMap<string, ReadonlySet<RowInteraction>>
  /** Query parameters of searches that a service of its own answers, by type. */
  searches: ReadonlyMap<string, readonly Taken[]>
  operations: readonly Operation[]
  /** Path of the WebSocket, where there is one. */
  socket: string | null
}

/** What a row stands for; null where it is no part of FHIR's own addresses. `type` is `*` for any, empty for the system. */
export function placeOf({ method, path }: { method: string; path: string }): { type: string; interaction: RowInteraction } | null {
  const parts = partsOf(path)
  if (!parts) return null
  const [first = ''] = parts
  const typed = first === ':type' || isResourceType(first)
  const shape = parts.map((part, n) => (n === 0 && typed ? 'T' : part.startsWith(':') ? ':' : part)).join('/')
  const name = `${method} ${shape}`
  if (!Object.hasOwn(shapes, name)) return null
  return { type: typed ? (first === ':type' ? '*' : first) : '', interaction: shapes[name as keyof typeof shapes] }
}

/** Segments below the root of the FHIR surface; null elsewhere. */
function partsOf(path: string): string[] | null {
  if (path !== ROOT && !path.startsWith(`${ROOT}/`)) return null
  return path
    .slice(ROOT.length + 1)
    .split('/')
    .filter((part) => part !== '')
}

/** The operation a path calls; null where its last part names none. */
export function operationAt(path: string): { name: string; level: Level; type: string | null } | null {
  const parts = partsOf(path)
  const last = parts?.at(-1)
  if (!parts || !last?.startsWith('$')) return null
  const level = parts.length === 1 ? 'system' : parts.length === 2 ? 'type' : 'instance'
  return { name: last.slice(1), level, type: level === 'system' ? null : parts[0] === ':type' ? '*' : parts[0]! }
}

export function surfaceOf(rows: readonly Row[]): Surface {
  const interactions = new Map<string, Set<RowInteraction>>()
  const searches = new Map<string, readonly Taken[]>()
  const operations = new Map<string, Operation>()
  for (const row of rows.filter(isHttpRow)) {
    const place = placeOf(row)
    if (place) interactions.set(place.type, (interactions.get(place.type) ?? new Set()).add(place.interaction))
    if (place?.interaction === 'search-type' && place.type !== '*') searches.set(place.type, row.takes ?? searches.get(place.type) ?? [])
    const at = operationAt(row.path)
    if (!at) continue
    const key = row.path
    const known = operations.get(key)
    operations.set(key, {
      ...at,
      methods: [...(known?.methods ?? []), row.method],
      reads: (known?.reads ?? false) || row.method === 'GET',
      definition: row.definition ?? known?.definition,
      takes: row.takes ?? known?.takes ?? [],
      summary: row.summary,
    })
  }
  const socket = rows.find((row) => row.kind === 'socket' && row.path.startsWith(`${ROOT}/`))
  return {
    interactions,
    searches,
    operations: [...operations.values()],
    socket: socket?.kind === 'socket' ? socket.path : null,
  }
}

/** Interactions that the rows every type shares offer for one type. */
export function sharedInteractions(surface: Surface, type: string): TypeInteraction[] {
  const all = surface.interactions.get('*') ?? new Set()
  return typeInteractions.filter((interaction) => all.has(interaction) && offers(type, interaction))
}

/** Interactions that rows of the type's own offer. */
export const ownInteractions = (surface: Surface, type: string): TypeInteraction[] =>
  typeInteractions.filter((interaction) => surface.interactions.get(type)?.has(interaction) === true)

const typeInteractions: readonly TypeInteraction[] = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
]
