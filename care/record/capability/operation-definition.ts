import type { Taken } from '#kernel/route'
import type { Operation } from './surface.ts'

/** Where an operation is defined: by its standard, or by this server. */
export const definitionOf = ({ definition, name }: Pick<Operation, 'definition' | 'name'>, base: string): string =>
  definition ?? `${base}/OperationDefinition/enishi-${name}`

/** The definition of an operation that no standard has; null where there is none of that name. @spec FHIR R4 OperationDefinition */
export function operationDefinition(operations: readonly Operation[], name: string, base: string): object | null {
  const own = operations.filter((o) => o.name === name && o.definition === undefined)
  const [first] = own
  if (!first) return null
  const types = [...new Set(own.flatMap((o) => (o.type === null ? [] : [o.type === '*' ? 'Resource' : o.type])))]
  const takes = new Map(own.flatMap((o) => o.takes).map((p) => [p.name, p]))
  return {
    resourceType: 'OperationDefinition',
    id: `enishi-${name}`,
    url: definitionOf(first, base),
    name: name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    status: 'active',
    kind: 'operation',
    description: `${first.summary.ja} / ${first.summary.en}`,
    affectsState: !own.some((o) => o.reads),
    code: name,
    ...(types.length > 0 ? { resource: types } : {}),
    system: own.some((o) => o.level === 'system'),
    type: own.some((o) => o.level === 'type'),
    instance: own.some((o) => o.level === 'instance'),
    ...(takes.size > 0 ? { parameter: [...takes.values()].filter((p) => p.in !== 'header').map(parameterOf) } : {}),
  }
}

const parameterOf = (p: Taken): object => ({
  name: p.name,
  use: 'in',
  min: p.required ? 1 : 0,
  max: p.many ? '*' : '1',
  documentation: `${p.about.ja} / ${p.about.en}`,
  ...(p.type === 'BackboneElement'
    ? { part: ['type', 'url'].map((name) => ({ name, use: 'in', min: 0, max: '1', type: 'string' })) }
    : { type: p.type }),
})
