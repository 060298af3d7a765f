/** JSON Patch. @spec RFC 6902, RFC 6901 (JSON Pointer); http://hl7.org/fhir/R4/http.html#patch */
import type { Json, JsonObject } from '../model.ts'
import { type Allowance, copyJson, isForbiddenName, isObject, keepNumber, sameJson } from './json-value.ts'
import { allOrNothing, atOperation, limitsOf, type Patched, type PatchLimits, PatchRefused } from './patch-finding.ts'

type Operation = { op: string; path: string[]; from: string[]; value: Json | undefined; row: JsonObject; at: string }
type Document = { root: Json; allowance: Allowance }
type Holder = { container: Json[] | JsonObject; key: string }

const needs: Record<string, { value?: boolean; from?: boolean }> = {
  add: { value: true },
  remove: {},
  replace: { value: true },
  move: { from: true },
  copy: { from: true },
  test: { value: true },
}
const maxPointer = 2000

function malformed(at: string, ja: string, en: string): never {
  throw new PatchRefused(at, { code: 'structure', ruleId: 'patch/form', ja, en })
}

/** The steps of a pointer, escapes read: `/a~1b/0` is `a/b`, `0`. */
function pointer(text: Json | undefined, at: string): string[] {
  if (typeof text !== 'string')
    return malformed(at, 'ここにはJSONポインタ(例: /name/0/given)が必要です。', 'A JSON Pointer such as /name/0/given is needed here.')
  if (text === '') return []
  if (!text.startsWith('/'))
    return malformed(
      at,
      `JSONポインタ「${text.slice(0, 80)}」は/で始めてください。`,
      `The JSON Pointer ${text.slice(0, 80)} must begin with /.`,
    )
  if (text.length > maxPointer || /~(?![01])/.test(text))
    return malformed(
      at,
      'JSONポインタが長すぎるか、~の後が0か1ではありません。',
      'The JSON Pointer is too long, or a ~ is not followed by 0 or 1.',
    )
  const steps = text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (steps.some(isForbiddenName)) return malformed(at, '項目名__proto__は使えません。', 'The name __proto__ cannot be used.')
  return steps
}

function operationOf(row: Json, at: string): Operation {
  if (!isObject(row)) return malformed(at, '操作はオブジェクトで書いてください。', 'An operation must be an object.')
  const op = typeof row.op === 'string' ? row.op : ''
  const need = Object.hasOwn(needs, op) ? needs[op] : undefined
  if (!need) {
    const names = Object.keys(needs).join(', ')
    return malformed(`${at}.op`, `操作「${op}」はありません(${names})。`, `There is no operation "${op}" (${names}).`)
  }
  if (need.value && !Object.hasOwn(row, 'value')) return malformed(`${at}.value`, `${op}にはvalueが必要です。`, `${op} needs a value.`)
  return {
    op,
    path: pointer(row.path, `${at}.path`),
    from: need.from ? pointer(row.from, `${at}.from`) : [],
    value: row.value,
    row,
    at,
  }
}

const written = (steps: readonly string[]) => steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

function missing(steps: readonly string[], at: string): never {
  const where = written(steps).slice(0, 200)
  throw new PatchRefused(at, {
    code: 'not-found',
    ruleId: 'patch/target',
    ja: `「${where}」は今の記録にありません。最新の版を読んでから作り直してください。`,
    en: `${where || 'The target'} does not exist in the resource as it is now. Read the latest version and make the patch again.`,
  })
}

/** Index of an existing item, or with `end` also the place after the last; null where the step is neither. */
function indexOf(step: string, list: readonly Json[], end: boolean): number | null {
  if (end && step === '-') return list.length
  if (!/^(?:0|[1-9]\d{0,8})$/.test(step)) return null
  const index = Number(step)
  return index < list.length + (end ? 1 : 0) ? index : null
}

function child(value: Json | undefined, step: string): Json | undefined {
  if (Array.isArray(value)) {
    const index = indexOf(step, value, false)
    return index === null ? undefined : value[index]
  }
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

function valueAt(root: Json, steps: readonly string[], at: string): Json {
  let value: Json | undefined = root
  for (const step of steps) value = child(value, step)
  return value === undefined ? missing(steps, at) : value
}

/** The array or object that holds the last step. */
function holderOf(root: Json, steps: readonly string[], at: string): Holder {
  const container = valueAt(root, steps.slice(0, -1), at)
  if (typeof container !== 'object' || container === null) return missing(steps, at)
  return { container, key: steps[steps.length - 1]! }
}

function add(document: Document, steps: readonly string[], value: Json, at: string): void {
  if (steps.length === 0) {
    document.root = value
    return
  }
  const { container, key } = holderOf(document.root, steps, at)
  if (!Array.isArray(container)) {
    container[key] = value
    return
  }
  const index = indexOf(key, container, true)
  if (index === null) missing(steps, at)
  else container.splice(index, 0, value)
}

function remove(document: Document, steps: readonly string[], at: string): Json {
  if (steps.length === 0)
    return malformed(at, '記録の全体は消せません。DELETEを使ってください。', 'The whole resource cannot be removed. Use DELETE.')
  const removed = valueAt(document.root, steps, at)
  const { container, key } = holderOf(document.root, steps, at)
  if (Array.isArray(container)) container.splice(Number(key), 1)
  else delete container[key]
  return removed
}

function replace(document: Document, steps: readonly string[], value: Json, at: string): void {
  valueAt(document.root, steps, at)
  if (steps.length === 0) {
    document.root = value
    return
  }
  const { container, key } = holderOf(document.root, steps, at)
  if (Array.isArray(container)) container[Number(key)] = value
  else container[key] = value
}

function test(document: Document, { path, value, at }: Operation): void {
  if (sameJson(valueAt(document.root, path, `${at}.path`), value)) return
  const where = written(path).slice(0, 200)
  throw new PatchRefused(`${at}.value`, {
    code: 'conflict',
    ruleId: 'patch/test-failed',
    ja: `「${where}」の値が期待と違います。最新の版を読んでから作り直してください。`,
    en: `The value at ${where} is not the one expected. Read the latest version and make the patch again.`,
  })
}

const isWithin = (steps: readonly string[], outer: readonly string[]) =>
  steps.length > outer.length && outer.every((step, i) => steps[i] === step)

function move(document: Document, { path, from, at }: Operation): void {
  if (isWithin(path, from)) malformed(`${at}.path`, '自分の中へは移せません。', 'A value cannot be moved into itself.')
  if (written(path) === written(from)) {
    valueAt(document.root, from, `${at}.from`)
    return
  }
  add(document, path, remove(document, from, `${at}.from`), `${at}.path`)
}

/** A number alone is written as the patch, or the place it is copied from, writes it. */
function keepWritten(document: Document, { op, path, from, row, at }: Operation): void {
  if (path.length === 0 || path.at(-1) === '-') return
  const { container, key } = holderOf(document.root, path, at)
  const source = op !== 'copy' ? { holder: row, name: 'value' } : from.length === 0 ? null : holderOf(document.root, from, at)
  if (source)
    keepNumber(
      'holder' in source ? source : { holder: source.container, name: source.key },
      { holder: container, name: key },
      child(container, key),
    )
}

function apply(document: Document, operation: Operation): void {
  const { op, path, from, at } = operation
  const copied = (value: Json) => copyJson(value, document.allowance, path.length)
  if (op === 'test') test(document, operation)
  else if (op === 'remove') remove(document, path, `${at}.path`)
  else if (op === 'move') move(document, operation)
  else if (op === 'replace') replace(document, path, copied(operation.value!), `${at}.path`)
  else add(document, path, copied(op === 'copy' ? valueAt(document.root, from, `${at}.from`) : operation.value!), `${at}.path`)
  if (op === 'add' || op === 'replace' || op === 'copy') keepWritten(document, operation)
}

/**
 * The document after every operation, or the first reason why not; the document given stays as it was.
 * A failed `test` has the code `conflict`, a target that does not exist `not-found`, a wrong form `structure`, too much `too-costly`.
 * What the result must still satisfy (FHIR, immutable elements) is the caller's to check.
 */
export function applyJsonPatch(before: Json, patch: Json, limits: PatchLimits = {}): Patched {
  const { maxOperations, maxAdded, maxDepth } = limitsOf(limits)
  return allOrNothing(() => {
    if (!Array.isArray(patch))
      return malformed('patch', 'JSON Patchは操作の配列で書いてください。', 'A JSON Patch is an array of operations.')
    if (patch.length > maxOperations) {
      const [ja, en] = [`操作が多すぎます(上限${maxOperations})。`, `There are more than ${maxOperations} operations.`]
      throw new PatchRefused('patch', { code: 'too-costly', ruleId: 'patch/too-many', ja, en })
    }
    const operations = patch.map((row, i) => operationOf(row, `patch[${i}]`))
    const document: Document = {
      root: atOperation('patch', () => copyJson(before, { characters: Number.POSITIVE_INFINITY, maxDepth: 1000 }, 0)),
      allowance: { characters: maxAdded, maxDepth },
    }
    for (const operation of operations) atOperation(operation.at, () => apply(document, operation))
    return atOperation('patch', () => copyJson(document.root, { characters: Number.POSITIVE_INFINITY, maxDepth }, 0))
  })
}
