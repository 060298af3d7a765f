/** References to profiles: of the right type, and where what they name is at hand, conforming to one of them. @spec http://hl7.org/fhir/R4/references.html */
import type { ElementType } from '../../definition/model.ts'
import type { Json } from '../../model.ts'
import { referenceType } from '../../references.ts'
import { isResourceType } from '../../shapes.ts'
import { resolve } from '../walk.ts'
import { coreType } from './base.ts'
import { conforms, definitionFor, fitsType, nearest, type Wanted } from './conformance.ts'
import { type Check, type Run, say, unknown, yes } from './run.ts'
import { isObject } from './values.ts'

/** R4 type of what a target may be; null where its profile is not loaded. */
const targetType = (run: Run, wanted: Wanted): string | null => coreType(wanted.canonical) ?? definitionFor(run, wanted)?.type ?? null

const stated = (value: Json): string | undefined => referenceType(value)?.replace('http://hl7.org/fhir/StructureDefinition/', '')

function checkTarget(run: Run, reference: { id: string; target: Json & object; type: string }, wanted: readonly Wanted[]): void {
  const { id, target, type } = reference
  if (!isObject(target)) return
  const fitting = wanted.filter((one) => {
    const expected = targetType(run, one)
    return expected === null || fitsType(type, expected)
  })
  let doubt = false
  for (const one of fitting) {
    const answer = conforms(run, target, type, one)
    if (answer === yes) return
    if (answer === unknown) doubt = true
  }
  if (doubt || fitting.length === 0) return
  const difference = nearest(run, target, type, fitting)
  const names = fitting.map(({ canonical }) => canonical).join(', ')
  say(run, 'profile/reference-target', [id, names, difference?.ja ?? '', difference?.en ?? ''])
}

/** The check of a Reference against the targets a profile narrows it to. */
export function targetCheck(id: string, targets: readonly string[], within: string | undefined): Check {
  const wanted = targets.map((canonical) => ({ canonical, within }))
  return (run, frame) => {
    const { value } = frame
    if (!isObject(value)) return
    const target = typeof value.reference === 'string' ? resolve(run.walk, value.reference) : undefined
    const type = typeof target?.resourceType === 'string' ? target.resourceType : stated(value)
    if (type === undefined || !isResourceType(type)) return
    const types = wanted.map((one) => targetType(run, one))
    if (types.every((one) => one !== null && !fitsType(type, one)))
      say(run, 'profile/reference-type', [id, [...new Set(types)].join(', '), type])
    else if (target !== undefined) checkTarget(run, { id, target, type }, wanted)
  }
}

const words = {
  contained: { ja: '内包リソース(#ID)', en: 'contained' },
  bundled: { ja: '同じBundleの中のリソース', en: 'in the same bundle' },
  referenced: { ja: '外のリソース', en: 'elsewhere' },
} as const

const kindOf = (run: Run, reference: string): keyof typeof words => {
  if (reference.startsWith('#')) return 'contained'
  return resolve(run.walk, reference) === undefined ? 'referenced' : 'bundled'
}

/** The check of how a Reference may point. */
export function aggregationCheck(id: string, allowed: NonNullable<ElementType['aggregation']>): Check {
  return (run, frame) => {
    const { value } = frame
    if (!isObject(value) || typeof value.reference !== 'string') return
    const kind = kindOf(run, value.reference)
    // what is in the bundle may also be referred to as if it stood elsewhere
    if (allowed.includes(kind) || (kind === 'bundled' && allowed.includes('referenced'))) return
    const list = allowed.map((one) => words[one].ja).join('、')
    if (kind in words) say(run, 'profile/aggregation', [id, `${list} / ${allowed.join(', ')}`, words[kind].en])
  }
}

/** The check of whether a reference names a version. */
export function versioningCheck(id: string, versioning: 'independent' | 'specific'): Check {
  return (run, frame) => {
    const text = isObject(frame.value) ? frame.value.reference : frame.value
    if (typeof text !== 'string' || text.startsWith('#')) return
    const specific = text.includes('/_history/') || text.includes('|')
    if (specific !== (versioning === 'specific'))
      say(run, 'profile/versioning', [id, versioning === 'specific' ? '明記し' : '書か', versioning])
  }
}
