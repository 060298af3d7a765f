/** Resources that define others: the codes they list exist, the expressions they carry can be read. */
import { compileFhirPath, FhirPathError } from '../fhirpath/index.ts'
import type { Json, JsonObject } from '../model.ts'
import { checkListedCode } from './coding.ts'
import { report, type Walk } from './walk.ts'

const isObject = (value: Json | undefined): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Goes to each object of a list, with the walk's path at it. */
function each(walk: Walk, owner: JsonObject, name: string, act: (item: JsonObject) => void): void {
  const list = owner[name]
  if (!Array.isArray(list)) return
  list.forEach((item, index) => {
    if (!isObject(item)) return
    walk.path.push(name, index)
    act(item)
    walk.path.length -= 2
  })
}

function inside(walk: Walk, owner: JsonObject, name: string, act: (value: JsonObject) => void): void {
  const value = owner[name]
  if (!isObject(value)) return
  walk.path.push(name)
  act(value)
  walk.path.pop()
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** A code in a list whose system stands above it. */
function listed(walk: Walk, system: Json | undefined, version: Json | undefined, item: JsonObject): void {
  const [url, code] = [textOf(system), textOf(item.code)]
  if (url === undefined || code === undefined) return
  const display = textOf(item.display)
  const edition = textOf(version)
  checkListedCode(walk, { system: url, code, ...(display ? { display } : {}), ...(edition ? { version: edition } : {}) })
}

export function checkValueSet(walk: Walk, valueSet: JsonObject): void {
  inside(walk, valueSet, 'compose', (compose) => {
    for (const name of ['include', 'exclude'])
      each(walk, compose, name, (include) =>
        each(walk, include, 'concept', (concept) => listed(walk, include.system, include.version, concept)),
      )
  })
}

export function checkConceptMap(walk: Walk, map: JsonObject): void {
  each(walk, map, 'group', (group) =>
    each(walk, group, 'element', (element) => {
      listed(walk, group.source, group.sourceVersion, element)
      each(walk, element, 'target', (target) => listed(walk, group.target, group.targetVersion, target))
    }),
  )
}

function checkExpression(walk: Walk, owner: JsonObject, name: string): void {
  const expression = textOf(owner[name])
  if (expression === undefined) return
  try {
    compileFhirPath(expression)
  } catch (error) {
    if (!(error instanceof FhirPathError)) throw error
    walk.path.push(name)
    report(walk, 'definition/expression', [`${error.line}:${error.column}`, error.en])
    walk.path.pop()
  }
}

export function checkStructureDefinition(walk: Walk, definition: JsonObject): void {
  for (const view of ['snapshot', 'differential'])
    inside(walk, definition, view, (elements) =>
      each(walk, elements, 'element', (element) => each(walk, element, 'constraint', (rule) => checkExpression(walk, rule, 'expression'))),
    )
}

export const checkSearchParameter = (walk: Walk, parameter: JsonObject): void => checkExpression(walk, parameter, 'expression')
