/** One evaluation: what it may reach, and how much it may still do. */
import type { JsonObject } from '../model.ts'
import { costlyError, typeError } from './error.ts'
import { type Node, type Nodes, systemOf } from './node.ts'
import { truncated } from './decimal.ts'

/** What an expression may ask from outside. Ports answer null or undefined where they do not know. */
export type FhirPathEnvironment = {
  /** `%resource` and `%rootResource`; without them the resource the focus stands in. */
  resource?: Node
  rootResource?: Node
  /** Values of further `%names`. */
  variables?: Readonly<Record<string, Nodes>>
  /** The resource a reference or canonical names; what is contained or in the same bundle is found without it. */
  resolve?: (reference: string, from: Node) => JsonObject | null
  /** Is the code, Coding or CodeableConcept in the value set? */
  memberOf?: (value: Node, valueSet: string) => boolean | undefined
  conformsTo?: (value: Node, profile: string) => boolean | undefined
  subsumes?: (ancestor: Node, descendant: Node) => boolean | undefined
  /** The instant of `now()`, ISO with offset; without it these functions are empty, because this package has no clock. */
  now?: string
  /** Minutes east of UTC for moments without a zone; Japan (540) unless said. */
  zone?: number
  /** As SQL on FHIR has it: `join()` of nothing is an empty text. FHIRPath says: empty. */
  inView?: boolean
  /** Nodes an evaluation may visit; 1,000,000 unless said. */
  maxSteps?: number
}

export type Run = {
  left: number
  readonly context: Node
  readonly env: FhirPathEnvironment
  readonly zone: number
}

/** Where a step stands: `self` is `$this`; `vars` holds what `defineVariable` named. */
export type Scope = { readonly run: Run; self: Nodes; index: number; total: Nodes; vars: ReadonlyMap<string, Nodes> | null }

/** A compiled part of an expression. */
export type Step = (input: Nodes, scope: Scope) => Nodes

const defaultSteps = 1_000_000
const japan = 540
/** Longest text an expression may build, in UTF-16 units. */
export const maxText = 1_000_000

export function startRun(context: Node, env: FhirPathEnvironment): Run {
  return { left: env.maxSteps ?? defaultSteps, context, env, zone: env.zone ?? japan }
}

/** Pays for work; over the limit the evaluation ends. @refuses costly */
export function spend(run: Run, steps: number): void {
  run.left -= steps
  if (run.left < 0) {
    throw costlyError(
      0,
      '式の計算量が上限を超えました。対象を絞るか、式を分けてください。',
      'The expression needs more steps than allowed. Narrow what it looks at, or split it.',
    )
  }
}

export function boundedText(run: Run, value: string): string {
  spend(run, value.length >> 5)
  if (value.length > maxText)
    throw costlyError(0, `文字列が長すぎます(上限${maxText}文字)。`, `The expression builds a text longer than ${maxText} characters.`)
  return value
}

/** The only item, undefined where there is none. @refuses type where there are several */
export function single(nodes: Nodes, at: number): Node | undefined {
  if (nodes.length > 1)
    throw typeError(
      at,
      `ここは値が1つでなければなりませんが、${nodes.length}個あります。first()などで1つにしてください。`,
      `One value is needed here, but there are ${nodes.length}. Choose one, for example with first().`,
    )
  return nodes[0]
}

/** A condition: empty is undefined, one item that is no Boolean counts as true. */
export function condition(nodes: Nodes, at: number): boolean | undefined {
  const node = single(nodes, at)
  if (node === undefined) return undefined
  const value = typeof node.value === 'boolean' ? node.value : systemOf(node)
  return typeof value === 'boolean' ? value : true
}

const needed = (at: number, ja: string, en: string) => typeError(at, `ここには${ja}が必要です。`, `${en} is needed here.`)

export function textOf(nodes: Nodes, at: number): string | undefined {
  const node = single(nodes, at)
  if (node === undefined || node.value === undefined) return undefined
  if (typeof node.value === 'string') return node.value
  throw needed(at, '文字列', 'A String')
}

export function integerOf(nodes: Nodes, at: number): number | undefined {
  const node = single(nodes, at)
  const value = node && systemOf(node)
  if (value === undefined) return undefined
  if (typeof value === 'number') return value
  if (typeof value === 'object' && value.kind === 'decimal' && value.scale === 0) return Number(truncated(value))
  throw needed(at, '整数', 'An Integer')
}
