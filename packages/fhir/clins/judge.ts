import type { Json, Resource } from '../model.ts'
import { makePatient } from './build/index.ts'
import { element, firstText, isObject, isResource, values } from './element.ts'
import * as fixtures from './fixtures.ts'
import { withoutOwnMeta } from './extract.ts'
import { bundleClass, institutionNumberOf, isLaboratory, localPatientId } from './kind.ts'
import { isRefused, whyNotSubmit } from './rules/index.ts'
import { validateResource } from '../validate/index.ts'

/** One example file, parsed. */
export type Example = { file: string; resource: Json }

/** What the service says to an example. `rules` are the errors of a refusal, or the warnings of an acceptance. */
export type Verdict = { file: string; kind: string; verdict: 'accepted' | 'refused'; rules: string[]; warnings: string[]; note: string }

/**
 * Judges example resources as submissions. Bundles are judged as they are. What is not submitted alone is put, in memory, into a valid
 * Bundle of our own in place of our resource of that type: conditions, allergies and laboratory results into five items, prescriptions,
 * findings, visits, doctors and institutions into a referral, a plan into a care plan. What a single example refers to in its
 * neighbour files is contained, as the service asks.
 */
export function judgeExamples(examples: readonly Example[]): Verdict[] {
  const neighbours = new Map(
    examples.flatMap(({ resource }) => (isResource(resource) ? [[`${resource.resourceType}/${resource.id}`, resource] as const] : [])),
  )
  return examples.map(({ file, resource }) => {
    if (!isResource(resource)) return { file, kind: 'no resource', verdict: 'refused', rules: ['P-CLASS'], warnings: [], note: '' }
    const { bundle, note } = placeExample(resource, neighbours)
    // As the service judges: base structure first (its warnings are about narrative and say nothing of a submission), then the rules.
    const findings = [...validateResource(bundle).filter((f) => f.severity === 'error'), ...whyNotSubmit(bundle)]
    const ids = (severity: string) => [...new Set(findings.filter((f) => f.severity === severity).map((f) => f.ruleId))]
    const verdict = isRefused(findings) ? 'refused' : 'accepted'
    return { file, kind: bundleClass(bundle) ?? 'none', verdict, rules: ids('error'), warnings: ids('warning'), note }
  })
}

export type Neighbours = ReadonlyMap<string, Resource>

/** The Bundle that a single example is judged in; a Bundle as it is. */
export function placeExample(resource: Resource, neighbours: Neighbours): { bundle: Resource; note: string } {
  if (resource.resourceType === 'Bundle') return { bundle: resource, note: '' }
  const host = hostOf(resource)
  const { bundle, note } = host
  if (resource.resourceType === 'Patient')
    return { bundle: replaceFirst(ofInstitution(bundle, localPatientId(resource)?.institutionNumber ?? null), resource), note }
  const patientUrl =
    firstText(
      values(bundle, 'entry').find((e) => element(element(e, 'resource'), 'resourceType') === 'Patient'),
      'fullUrl',
    ) ?? ''
  const settled = settle(resource, patientUrl, neighbours)
  return {
    bundle: host.contained ? containIn(bundle, settled) : replaceFirst(ofInstitution(bundle, institutionNumberOf(settled)), settled),
    note,
  }
}

function hostOf(resource: Resource): { bundle: Resource; note: string; contained?: boolean } {
  const contained = typeof resource.id === 'string' && resource.id.includes('Contained')
  switch (resource.resourceType) {
    case 'Condition':
      return { bundle: fixtures.single(fixtures.hypertension), note: 'wrapped into five items' }
    case 'AllergyIntolerance':
      return { bundle: fixtures.single(fixtures.foodAllergy), note: 'wrapped into five items' }
    case 'Observation':
      return isLaboratory(resource)
        ? { bundle: fixtures.single(fixtures.potassium), note: 'wrapped into five items' }
        : { bundle: fixtures.referral(), note: 'put into a referral' }
    case 'Patient':
      return { bundle: fixtures.single(fixtures.hypertension), note: 'as the patient of five items' }
    case 'CarePlan':
      return { bundle: fixtures.carePlan(), note: 'put into a care plan' }
    case 'Specimen':
      return { bundle: fixtures.single(fixtures.potassium), note: 'contained in a laboratory result', contained: true }
    default:
      return contained
        ? { bundle: fixtures.single(fixtures.potassium), note: 'contained in a laboratory result', contained: true }
        : { bundle: fixtures.referral(), note: 'put into a referral' }
  }
}

/** Five items come from the institution the example names, so that Patient and item agree. */
function ofInstitution(bundle: Resource, number: string | null): Resource {
  if (bundleClass(bundle) !== 'five-items' || number === null) return bundle
  const identifier = firstText(bundle, 'identifier', 'value')?.replace(/^\d{10}/, number) ?? ''
  const renamed = { ...bundle, identifier: { system: firstText(bundle, 'identifier', 'system') ?? '', value: identifier } }
  return replaceFirst(renamed, makePatient(fixtures.patient, number, firstText(bundle, 'timestamp') ?? ''))
}

const mapEntries = (bundle: Resource, change: (entry: Json) => Json): Resource => ({
  ...bundle,
  entry: values(bundle, 'entry').map(change),
})

function replaceFirst(bundle: Resource, resource: Resource): Resource {
  let done = false
  return mapEntries(bundle, (entry) => {
    if (done || !isObject(entry) || element(element(entry, 'resource'), 'resourceType') !== resource.resourceType) return entry
    done = true
    return { ...entry, resource }
  })
}

/** The resource in place of ours of its type inside the laboratory result's `contained`. */
function containIn(bundle: Resource, resource: Resource): Resource {
  return mapEntries(bundle, (entry) => {
    const host = element(entry, 'resource')
    if (!isObject(entry) || !isResource(host) || host.resourceType !== 'Observation') return entry
    const contained = values(host, 'contained').map((one) =>
      element(one, 'resourceType') === resource.resourceType ? { ...resource, id: element(one, 'id') ?? '' } : one,
    )
    return { ...entry, resource: { ...host, contained } }
  })
}

const patientElements = new Set(['subject', 'patient'])

/** The patient by `fullUrl`, neighbours contained; any other reference is left as it is. */
function settle(resource: Resource, patientUrl: string, neighbours: Neighbours): Resource {
  const contained: Json[] = values(resource, 'contained')
  const change = (value: Json, name: string): Json => {
    if (Array.isArray(value)) return value.map((item) => change(item, name))
    if (!isObject(value)) return value
    if (patientElements.has(name)) return { reference: patientUrl }
    const neighbour = neighbours.get(firstText(value, 'reference') ?? '')
    if (neighbour === undefined) return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, change(child, key)]))
    const id = `neighbour${contained.length}`
    contained.push({ ...withoutOwnMeta(neighbour), id })
    return { ...value, reference: `#${id}` }
  }
  const settled = change(resource, '')
  return { ...(isResource(settled) ? settled : resource), ...(contained.length > 0 ? { contained } : {}) }
}
