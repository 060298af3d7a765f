/** Which fields a selection asks for. @spec GraphQL October 2021, sections 5.3.2 and 6.3.2 */
import { type FieldNode, Kind, print, type SelectionSetNode } from 'graphql'
import { refuse } from '#kernel/refusal'
import { type At, type Run, wrong } from './execute.ts'
import { speaksOf } from './fields.ts'
import { plainValue } from './variables.ts'

/** Selections one query may come to, all values taken together. */
const MAX_VALUES = 100_000

export const nameOf = (field: FieldNode): string => (field.alias ?? field.name).value

/**
 * The fields that a selection asks of a value of one type, fragments opened, skipped ones left out. What is asked for twice under one name is
 * one field with all that was asked of it.
 * @refuses input-invalid where one name stands for two different fields
 */
export function fieldsOf(run: Run, set: SelectionSetNode, at: At): FieldNode[] {
  const groups = new Map<string, FieldNode[]>()
  for (const field of eachField(run, { set, at, opened: new Set() })) {
    const name = nameOf(field)
    const group = groups.get(name)
    if (!group) groups.set(name, [field])
    else if (textOf(group[0]!) === textOf(field)) group.push(field)
    else wrong(`${name} (2)`, at)
  }
  return [...groups.values()].map(merged)
}

function merged(group: readonly FieldNode[]): FieldNode {
  const [first] = group as [FieldNode]
  if (group.length === 1 || !first.selectionSet) return first
  return { ...first, selectionSet: { ...first.selectionSet, selections: group.flatMap((one) => one.selectionSet?.selections ?? []) } }
}

/** Fields are compared once for every value they are asked of, and an argument may be long. */
const texts = new WeakMap<FieldNode, string>()

/** What must be the same in fields of one name: all but what is asked below, and whether anything is. */
function textOf(field: FieldNode): string {
  const known = texts.get(field)
  if (known !== undefined) return known
  const directives = (field.directives ?? []).filter((d) => !['skip', 'include'].includes(d.name.value))
  const parts = [...(field.arguments ?? []), ...directives].map((node) => print(node)).sort()
  const text = [field.name.value, ...parts, field.selectionSet ? '{' : ''].join(' ')
  texts.set(field, text)
  return text
}

type Open = { set: SelectionSetNode; at: At; opened: Set<string> }

/** A fragment is opened once in a selection, however often it is spread there: fragments that spread each other twice would multiply. */
function* eachField(run: Run, { set, at, opened }: Open): Generator<FieldNode> {
  for (const s of set.selections) {
    if (++run.values > MAX_VALUES) refuse('input-invalid', { what: `GraphQL: more than ${MAX_VALUES} values` })
    if (isSkipped(run, s.directives, at)) continue
    if (s.kind === Kind.FIELD) yield s
    else if (s.kind === Kind.INLINE_FRAGMENT) {
      if (!s.typeCondition || speaksOf(s.typeCondition.name.value, at.type)) yield* eachField(run, { set: s.selectionSet, at, opened })
    } else if (!opened.has(s.name.value)) {
      opened.add(s.name.value)
      const fragment = run.fragments.get(s.name.value)!
      if (speaksOf(fragment.typeCondition.name.value, at.type)) yield* eachField(run, { set: fragment.selectionSet, at, opened })
    }
  }
}

/** @refuses input-invalid where a directive does not say whether: either answer could be the wrong one */
function isSkipped(run: Run, directives: FieldNode['directives'] = [], at: At): boolean {
  const said = directives.filter(({ name }) => name.value === 'skip' || name.value === 'include')
  return said
    .map(({ name, arguments: list = [] }) => {
      const held = list.find((a) => a.name.value === 'if')
      const value = held && plainValue(held.value, run.variables)
      return typeof value === 'boolean' ? value === (name.value === 'skip') : wrong(`@${name.value}(if:)`, at)
    })
    .includes(true)
}

export const argumentsOf = (run: Run, field: FieldNode): Map<string, unknown> =>
  new Map(
    (field.arguments ?? [])
      .map((a) => [a.name.value, plainValue(a.value, run.variables)] as const)
      .filter(([, v]) => v !== undefined && v !== null),
  )
