import type { Flags, InformationKind, Json, Resource } from '../model.ts'
import {
  bundleIdentifierPattern,
  bundleProfiles,
  codeSystems,
  compositionProfiles,
  eCSProfile,
  extensions,
  identifierSystems,
  institutionNumberPattern,
  labSystems,
  ownBundleProfiles,
} from './canonicals.ts'
import { claims, codings, element, extension, firstText, identifierValues, isObject, isResource, texts, values } from './element.ts'
import { foldMemberId } from './member-id.ts'

/** What a Bundle is to the service. */
export const bundleClasses = ['five-items', 'eReferral', 'eDischargeSummary', 'eCheckup', 'ePCS'] as const
export type BundleClass = (typeof bundleClasses)[number]
export type DocumentClass = Exclude<BundleClass, 'five-items'>

/** Document type codes. @spec doc-typecodes */
export const documentTypeCodes: Record<DocumentClass, string> = {
  eReferral: '57133-1',
  eDischargeSummary: '18842-5',
  eCheckup: '53576-5',
  ePCS: '56447-6',
}

const documentClasses = ['eReferral', 'eDischargeSummary', 'eCheckup', 'ePCS'] as const

/** Resources of a Bundle's entries, those that are resources at all. */
export const entryResources = (bundle: Json): Resource[] => values(bundle, 'entry', 'resource').filter(isResource)

/** Resources of a Bundle by their entry's `fullUrl`; of a repeated one the first. */
export function resourcesByUrl(bundle: Json): ReadonlyMap<string, Resource> {
  const found = new Map<string, Resource>()
  for (const entry of values(bundle, 'entry')) {
    const url = firstText(entry, 'fullUrl')
    const resource = element(entry, 'resource')
    if (url !== undefined && isResource(resource) && !found.has(url)) found.set(url, resource)
  }
  return found
}

/** The Composition of a document: its first entry of that type. */
export const compositionOf = (bundle: Json): Resource | undefined => entryResources(bundle).find((r) => r.resourceType === 'Composition')

/**
 * Which of the service's five kinds of Bundle this is: by the claimed Bundle profile, else by the Composition's type code,
 * else (a collection, or one that carries the resource-type tag) five items. Null: none of them.
 */
export function bundleClass(bundle: Json): BundleClass | null {
  if (!isObject(bundle) || bundle.resourceType !== 'Bundle') return null
  if (claims(bundle, bundleProfiles.fiveItems)) return 'five-items'
  const byProfile = documentClasses.find(
    (name) => claims(bundle, bundleProfiles[name]) || (name !== 'ePCS' && claims(bundle, ownBundleProfiles[name])),
  )
  if (byProfile !== undefined) return byProfile
  const byComposition = documentClassOf(compositionOf(bundle))
  if (byComposition !== null) return byComposition
  const tagged = values(bundle, 'meta', 'tag').some((tag) => element(tag, 'system') === codeSystems.bundleResourceType)
  return tagged || bundle.type === 'collection' ? 'five-items' : null
}

/**
 * Says the Bundle itself that it is a submission of the service: by the profile it or its Composition claims, or by the tag that
 * names its resource type. A collection without any of these may be anything.
 */
export function claimsSubmission(bundle: Json): boolean {
  if (!isObject(bundle) || bundle.resourceType !== 'Bundle') return false
  const profiles: readonly string[] = [...Object.values(bundleProfiles), ...Object.values(ownBundleProfiles)]
  if (profiles.some((profile) => claims(bundle, profile))) return true
  if (values(bundle, 'meta', 'tag').some((tag) => element(tag, 'system') === codeSystems.bundleResourceType)) return true
  const composition = bundle.type === 'document' ? compositionOf(bundle) : undefined
  return composition !== undefined && documentClasses.some((name) => claims(composition, compositionProfiles[name]))
}

/** Which document a Composition belongs to, by profile, else by type code. */
export function documentClassOf(composition: Json | undefined): DocumentClass | null {
  if (composition === undefined) return null
  const byProfile = documentClasses.find((name) => claims(composition, compositionProfiles[name]))
  if (byProfile !== undefined) return byProfile
  const types = codings(element(composition, 'type'))
  return documentClasses.find((name) => types.some((type) => type.code === documentTypeCodes[name])) ?? null
}

/**
 * Kind of information a document is, for consent.
 *
 * A check-up report is `check-up`; referral and discharge summary are `letter` (addressee only). The patient care summary (ePCS,
 * 療養計画書) has no addressee in its profile and is written for the person and whoever treats them next: read as a letter it would
 * be visible to nobody, so it falls under `diagnosis`, whose content it repeats; if a sender names an addressee section it is a letter.
 */
export function documentKind(composition: Resource): InformationKind | null {
  const document = documentClassOf(composition)
  if (document === null) return null
  if (document === 'eCheckup') return 'check-up'
  if (document !== 'ePCS') return 'letter'
  return sectionCodes(composition).includes('910') ? 'letter' : 'diagnosis'
}

const sectionCodes = (composition: Resource) =>
  values(composition, 'section').flatMap((s) => codings(element(s, 'code')).map((c) => c.code))

/**
 * Kind of information a resource is, for consent; null where it is none of them by itself (Patient, Encounter, ...).
 *
 * Infection test or laboratory result is decided by the code system alone; drug or other allergy by category (none = other);
 * inside a check-up report every Observation is part of the check-up; what is no item by itself takes the kind of its document.
 * @spec EMR information sharing, information items; JP-CLINS 1.5.2
 */
export function informationKind(resource: Resource, composition?: Resource): InformationKind | null {
  const ofDocument = composition === undefined ? null : documentKind(composition)
  switch (resource.resourceType) {
    case 'Bundle': {
      const inside = compositionOf(resource)
      return inside === undefined ? null : documentKind(inside)
    }
    case 'Composition':
      return documentKind(resource)
    case 'Condition':
      return ofDocument === 'check-up' ? 'check-up' : 'diagnosis'
    case 'AllergyIntolerance':
      return texts(resource, 'category').includes('medication') ? 'drug-allergy' : 'other-allergy'
    case 'MedicationRequest':
      return 'prescription'
    case 'Observation':
      return ofDocument === 'check-up' ? 'check-up' : (laboratoryKind(resource) ?? ofDocument)
    case 'CarePlan':
      return ofDocument ?? 'diagnosis'
    case 'Patient':
    case 'Practitioner':
    case 'Organization':
      return null
    default:
      return ofDocument
  }
}

function laboratoryKind(observation: Resource): InformationKind | null {
  const systems = codings(element(observation, 'code')).map((coding) => coding.system)
  if (systems.includes(labSystems.infection10) || systems.includes(labSystems.infection11)) return 'infection'
  return isLaboratory(observation) ? 'test-result' : null
}

/** A laboratory result: by profile, by a laboratory code system, or by category. */
export function isLaboratory(observation: Json): boolean {
  if (claims(observation, eCSProfile('Observation_LabResult'))) return true
  const systems: string[] = Object.values(labSystems)
  if (codings(element(observation, 'code')).some((coding) => systems.includes(coding.system))) return true
  return values(observation, 'category').some((category) => codings(category).some((coding) => coding.code === 'laboratory'))
}

/** The sender's marks 長期保存, 未告知, 未提供. @spec JP_ehrshrs_indication */
export function flagsOf(resource: Json): Flags {
  const set = values(resource, 'meta', 'tag')
    .filter((tag) => element(tag, 'system') === codeSystems.indication)
    .map((tag) => element(tag, 'code'))
  return { longTermStorage: set.includes('LTS'), uninformed: set.includes('UNINFORMED'), undelivered: set.includes('UNDELIVERED') }
}

/** 保険医療機関番号10桁 of a resource: from its extension, or of an Organization from its identifier; null where none is well formed. */
export function institutionNumberOf(resource: Json): string | null {
  const inExtension = firstText(extension(resource, extensions.institutionNumber), 'valueIdentifier', 'value')
  const number = inExtension ?? identifierValues(resource, identifierSystems.institution)[0]
  return number !== undefined && institutionNumberPattern.test(number) ? number : null
}

/** 診療科: two-digit code (null where none) and the name as the institution writes it; null where the extension is absent. */
export function departmentOf(resource: Json): { code: string | null; text: string } | null {
  const concept = element(extension(resource, extensions.department), 'valueCodeableConcept')
  if (!isObject(concept)) return null
  const coding = codings(concept).find((c) => c.system === codeSystems.department) ?? codings(concept)[0]
  return { code: coding?.code || null, text: firstText(concept, 'text') ?? coding?.display ?? '' }
}

/** The institution's own patient number and whose it is; null where the Patient carries none. */
export function localPatientId(patient: Json): { institutionNumber: string; value: string } | null {
  for (const identifier of values(patient, 'identifier')) {
    const system = firstText(identifier, 'system') ?? ''
    const value = firstText(identifier, 'value')
    const number = system.slice(identifierSystems.patientLocalPrefix.length + 1)
    if (value !== undefined && system.startsWith(`${identifierSystems.patientLocalPrefix}1`)) return { institutionNumber: number, value }
  }
  return null
}

/** Member ID of a Patient: as sent, and folded for the join; insurance first, public assistance where there is no insurance; else null. */
export function memberIdOf(patient: Json): { system: string; value: string; folded: string } | null {
  for (const system of [identifierSystems.memberId, identifierSystems.publicPayerId]) {
    const value = identifierValues(patient, system)[0]
    if (value !== undefined && value !== '') return { system, value, folded: foldMemberId(value) }
  }
  return null
}

/** The Bundle's own identifier; `institutionNumber` and `year` are null unless it has the service's form. @spec JP-CLINS 1.5.2, R02152 */
export function bundleIdentifier(bundle: Json) {
  const system = firstText(bundle, 'identifier', 'system')
  const value = firstText(bundle, 'identifier', 'value')
  if (system === undefined || value === undefined) return null
  const parts = system === identifierSystems.bundle ? bundleIdentifierPattern.exec(value) : null
  return { system, value, institutionNumber: parts?.[1] ?? null, year: parts?.[2] ?? null, localId: parts?.[3] ?? null }
}

/** Name in kanji (IDE) and kana (SYL), null where the Patient does not carry that one. @spec iso21090-EN-representation */
export function patientName(patient: Json): { kanji: string | null; kana: string | null } {
  const written = (representation: string) => {
    const name = values(patient, 'name').find(
      (item) => element(extension(item, extensions.nameRepresentation), 'valueCode') === representation,
    )
    if (name === undefined) return null
    return firstText(name, 'text') ?? ([...texts(name, 'family'), ...texts(name, 'given')].join(' ') || null)
  }
  return { kanji: written('IDE'), kana: written('SYL') }
}
