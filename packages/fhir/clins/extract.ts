import { sameNumbers } from '../decimals.ts'
import type { Flags, InformationKind, Json, Resource } from '../model.ts'
import { codeSystems, extensions, identifierSystems } from './canonicals.ts'
import { codings, element, extension, firstText, isObject, isResource, texts, values } from './element.ts'
import {
  bundleClass,
  bundleIdentifier,
  compositionOf,
  documentKind,
  entryResources,
  flagsOf,
  informationKind,
  institutionNumberOf,
  isLaboratory,
  memberIdOf,
  resourcesByUrl,
} from './kind.ts'
import { foldMemberId, formatMemberId } from './member-id.ts'

/**
 * One thing to store on its own.
 *
 * `clinicalDate` is a FHIR date or dateTime as sent (possibly only a year), null where the sender gave none.
 * References to the patient stand as `fullUrl` of the Bundle: rewrite them with `referTo`.
 */
export type Item = { resource: Resource; kind: InformationKind; flags: Flags; clinicalDate: string | null }

/** What a submitted Bundle brings. `deletesAll`: a Patient alone asks to delete everything sent under this Bundle identifier. */
export type Items = { patient: Resource | null; fullUrl: string | null; items: Item[]; deletesAll: boolean }

/**
 * The items of an accepted Bundle: of five-item Bundles the entries; of documents the diagnoses, allergies, laboratory results,
 * prescriptions or check-up results inside, each with what it refers to taken along, and last the whole document as one item.
 *
 * Of a letter's Conditions only those of category `encounter-diagnosis` are diagnoses, and not where they only head a chief complaint
 * or present illness told in words; those stay in the letter.
 * A document carries 未告知 and 未提供 as soon as one Condition in it does, so that hiding the one hides the other.
 * @spec EMR information sharing: documents, flags
 */
export function itemsOf(bundle: Resource): Items {
  const kind = bundleClass(bundle)
  const entries = values(bundle, 'entry')
  const patientEntry = entries.find((entry) => element(element(entry, 'resource'), 'resourceType') === 'Patient')
  const patient = element(patientEntry, 'resource')
  const found: Items = {
    patient: isResource(patient) ? patient : null,
    fullUrl: firstText(patientEntry, 'fullUrl') ?? null,
    items: [],
    deletesAll: false,
  }
  if (kind === null) return found
  const others = entryResources(bundle).filter((resource) => resource.resourceType !== 'Patient')
  if (kind === 'five-items') {
    const items = others.flatMap((resource) => itemOf(resource))
    return { ...found, items, deletesAll: found.patient !== null && entries.length === 1 }
  }
  const composition = compositionOf(bundle)
  const narrative = toldOnly(bundle, composition)
  const neighbours = resourcesByUrl(bundle)
  const inside = others
    .filter((resource) => standsAlone(resource, kind === 'eCheckup') && !narrative.has(resource))
    .flatMap((resource) => itemOf(withWhatItRefersTo(resource, neighbours, found.fullUrl), composition))
  return { ...found, items: [...inside, ...documentItem(bundle, composition, others)] }
}

function itemOf(resource: Resource, composition?: Resource): Item[] {
  const kind = informationKind(resource, composition)
  return kind === null ? [] : [{ resource, kind, flags: flagsOf(resource), clinicalDate: clinicalDate(resource) }]
}

function documentItem(bundle: Resource, composition: Resource | undefined, others: Resource[]): Item[] {
  const kind = composition === undefined ? null : documentKind(composition)
  if (composition === undefined || kind === null) return []
  const own = flagsOf(bundle)
  const inside = others.map(flagsOf)
  const flags = {
    longTermStorage: own.longTermStorage,
    uninformed: own.uninformed || inside.some((f) => f.uninformed),
    undelivered: own.undelivered || inside.some((f) => f.undelivered),
  }
  return [{ resource: bundle, kind, flags, clinicalDate: clinicalDate(composition) }]
}

function standsAlone(resource: Resource, isCheckup: boolean): boolean {
  if (isCheckup) return resource.resourceType === 'Observation'
  if (resource.resourceType === 'Observation') return isLaboratory(resource)
  if (resource.resourceType === 'Condition')
    return values(resource, 'category').some((category) => codings(category).some((coding) => coding.code === 'encounter-diagnosis'))
  return resource.resourceType === 'AllergyIntolerance' || resource.resourceType === 'MedicationRequest'
}

/** Sections told in words around a Condition: 入院時主訴, 現病歴, 入院時現病歴. */
const toldSections = new Set(['352', '360', '362'])

/** Conditions that stand in told sections and nowhere else. */
function toldOnly(bundle: Resource, composition: Resource | undefined): Set<Resource> {
  const sections = [...values(composition, 'section'), ...values(composition, 'section', 'section')]
  const isTold = (section: Json) => codings(element(section, 'code')).some((coding) => toldSections.has(coding.code))
  const references = (some: Json[]) => new Set(some.flatMap((section) => values(section, 'entry', 'reference')))
  const told = references(sections.filter(isTold))
  const elsewhere = references(sections.filter((section) => !isTold(section)))
  const inTold = values(bundle, 'entry').filter((entry) => {
    const url = element(entry, 'fullUrl')
    return url !== undefined && told.has(url) && !elsewhere.has(url)
  })
  return new Set(
    inTold.map((entry) => element(entry, 'resource')).filter((r): r is Resource => isResource(r) && r.resourceType === 'Condition'),
  )
}

/** Date by which an item is ordered and shown: onset, specimen taken, prescribed, written; as sent, or null. */
export function clinicalDate(resource: Resource): string | null {
  const names: Record<string, string[]> = {
    Condition: ['onsetDateTime', 'recordedDate'],
    AllergyIntolerance: ['onsetDateTime', 'recordedDate'],
    Observation: ['effectiveDateTime', 'effectiveInstant', 'issued'],
    MedicationRequest: ['authoredOn'],
    Composition: ['date'],
  }
  for (const name of names[resource.resourceType] ?? []) {
    const value = firstText(resource, name)
    if (value !== undefined) return value
  }
  return firstText(resource, 'effectivePeriod', 'start') ?? firstText(resource, 'onsetPeriod', 'start') ?? null
}

const mayBeContained = new Set(['Encounter', 'Practitioner', 'Organization', 'Specimen', 'Location', 'Device', 'ServiceRequest'])

/**
 * The resource with those entries of its Bundle contained that it refers to (visit, doctor, institution, specimen).
 * The reference to the patient stays; what may not be contained keeps its display only, because outside the Bundle a `urn:uuid` leads nowhere.
 */
function withWhatItRefersTo(resource: Resource, neighbours: ReadonlyMap<string, Resource>, patientUrl: string | null): Resource {
  const taken: Resource[] = []
  const rewritten = mapReferences(resource, (reference) => {
    if (reference === patientUrl || !reference.startsWith('urn:uuid:')) return reference
    const target = neighbours.get(reference)
    if (target === undefined || !mayBeContained.has(target.resourceType)) return null
    const id = reference.slice('urn:uuid:'.length)
    if (!taken.some((one) => one.id === id))
      taken.push({ ...withoutOwnMeta(mapReferences(target, (r) => (r === patientUrl ? r : null))), id })
    return `#${id}`
  })
  if (taken.length === 0) return rewritten
  return { ...rewritten, contained: [...values(rewritten, 'contained'), ...taken] }
}

/** A resource as it may be contained: version, instant and security of `meta` belong to the container. @spec FHIR R4 dom-4, dom-5 */
export function withoutOwnMeta(resource: Resource): Resource {
  if (!isObject(resource.meta)) return resource
  const { versionId: _version, lastUpdated: _instant, security: _security, ...kept } = resource.meta
  const { meta: _meta, ...rest } = resource
  return Object.keys(kept).length === 0 ? (rest as Resource) : ({ ...rest, meta: kept } as Resource)
}

/** The resource with every `reference` below it replaced; null takes the reference away and leaves its display. */
function mapReferences(resource: Resource, replace: (reference: string) => string | null): Resource {
  const map = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(map)
    if (!isObject(value)) return value
    const kept = Object.entries(value).flatMap(([name, child]): [string, Json][] => {
      const replaced = name === 'reference' && typeof child === 'string' ? replace(child) : map(child)
      return replaced === null && child !== null ? [] : [[name, replaced]]
    })
    return sameNumbers(value, Object.fromEntries(kept))
  }
  return map(resource) as Resource
}

/** The resource with references to the patient's `fullUrl` in the Bundle replaced by where the patient is stored. */
export const referTo = (resource: Resource, fullUrl: string, stored: string): Resource =>
  mapReferences(resource, (reference) => (reference === fullUrl ? stored : reference))

/**
 * To whom a letter is addressed: the Organization of section 910; null where the document names none.
 * @spec JP_Composition_eReferral, 紹介先情報
 */
export function addresseeOf(document: Resource): { institutionNumber?: string; name?: string } | null {
  const section = values(compositionOf(document), 'section').find((s) => codings(element(s, 'code')).some((c) => c.code === '910'))
  const neighbours = resourcesByUrl(document)
  const organization = texts(section, 'entry', 'reference')
    .map((reference) => neighbours.get(reference))
    .find((resource) => resource?.resourceType === 'Organization')
  if (organization === undefined) return null
  const institutionNumber = institutionNumberOf(organization)
  const name = firstText(organization, 'name')
  return { ...(institutionNumber === null ? {} : { institutionNumber }), ...(name === undefined ? {} : { name }) }
}

/**
 * Institution that sends the Bundle: of the Bundle identifier, else of the items' extension, else of the document's custodian or author.
 * Null where none is named.
 */
export function senderOf(bundle: Resource): string | null {
  const identified = bundleIdentifier(bundle)?.institutionNumber
  if (identified !== undefined && identified !== null) return identified
  const composition = compositionOf(bundle)
  if (composition === undefined)
    return (
      entryResources(bundle)
        .map(institutionNumberOf)
        .find((number) => number !== null) ?? null
    )
  const neighbours = resourcesByUrl(bundle)
  const wanted = [...texts(composition, 'custodian', 'reference'), ...texts(composition, 'author', 'reference')]
  const numbers = wanted.map((reference) => institutionNumberOf(neighbours.get(reference) ?? null))
  return numbers.find((number) => number !== null) ?? null
}

/**
 * Member ID of the person a Bundle is about: the Patient's, else, in a check-up report that follows its own guide, the one its insurance
 * Coverage spells out (insurer of the payor, symbol, number, branch). Null where the Bundle does not say whose it is.
 */
export function personOf(bundle: Resource): { system: string; value: string; folded: string } | null {
  const patient = entryResources(bundle).find((resource) => resource.resourceType === 'Patient')
  const named = patient === undefined ? null : memberIdOf(patient)
  if (named !== null || bundleClass(bundle) !== 'eCheckup') return named
  const neighbours = resourcesByUrl(bundle)
  for (const coverage of entryResources(bundle).filter((resource) => resource.resourceType === 'Coverage')) {
    const value = memberIdOfCoverage(coverage, neighbours)
    if (value !== null) return { system: identifierSystems.memberId, value, folded: foldMemberId(value) }
  }
  return null
}

function memberIdOfCoverage(coverage: Resource, neighbours: ReadonlyMap<string, Resource>): string | null {
  const spelt = (url: string) => firstText(extension(coverage, url), 'valueString')
  const number = spelt(extensions.insuredNumber)
  const payor = neighbours.get(firstText(coverage, 'payor', 'reference') ?? '')
  const insurer = values(payor, 'identifier').find((identifier) => element(identifier, 'system') === identifierSystems.insurer)
  const insurerNumber = firstText(insurer, 'value')
  if (number === undefined || insurerNumber === undefined) return null
  return formatMemberId({
    insurerNumber,
    symbol: spelt(extensions.insuredSymbol) ?? '',
    number,
    branch: spelt(extensions.insuredBranch) ?? '',
  })
}

/** Resource type a five-item Bundle says it carries; null where it does not say. */
export const resourceTypeOf = (bundle: Resource): string | null =>
  firstText(
    values(bundle, 'meta', 'tag').find((tag) => element(tag, 'system') === codeSystems.bundleResourceType),
    'code',
  ) ?? null
