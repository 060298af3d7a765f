import type { Json, JsonObject, Resource } from '../../model.ts'
import { bundleProfiles, codeSystems, compositionProfiles, extensions, identifierSystems } from '../canonicals.ts'
import { type DocumentClass, documentTypeCodes } from '../kind.ts'
import { bundleId } from './five-items.ts'
import { type PatientInput, type SenderInput, uuidFrom } from './input.ts'
import { concept, makePatient, meta } from './person.ts'

/** What every document needs. Times with milliseconds and zone. */
export type DocumentInput = { sender: SenderInput; patient: PatientInput; localId: string; year: number; at: string }

/** Collects a document's entries and hands out their `fullUrl`s. */
export type Draft = {
  input: DocumentInput
  patientUrl: string
  /** Adds an entry and returns a reference to it. */
  add: (resource: Resource) => Json
  entries: Json[]
}

export function startDocument(input: DocumentInput): Draft {
  const seed = bundleId(input.sender, input.year, input.localId).value
  const url = (name: string) => `urn:uuid:${uuidFrom(`${seed}/${name}`)}`
  const patientUrl = url('Patient')
  const entries: Json[] = [{ fullUrl: patientUrl, resource: makePatient(input.patient, input.sender.institutionNumber, input.at) }]
  const add = (resource: Resource) => {
    const fullUrl = url(`${resource.resourceType}/${entries.length}`)
    entries.push({ fullUrl, resource })
    return { reference: fullUrl, type: resource.resourceType }
  }
  return { input, patientUrl, add, entries }
}

const documentNames: Record<DocumentClass, string> = {
  eReferral: '診療情報提供書',
  eDischargeSummary: '退院時サマリー',
  eCheckup: '検診・健診報告書',
  ePCS: '計画書',
}

export type Heading = { title: string; category: Json; author: Json[]; encounter: Json; custodian?: Json; event?: Json }

/** Puts the Composition first and closes the document. */
export function finishDocument(draft: Draft, kind: DocumentClass, heading: Heading, sections: Json[]): Resource {
  const { input } = draft
  const identifier = bundleId(input.sender, input.year, input.localId)
  const composition: JsonObject = {
    resourceType: 'Composition',
    meta: meta(input.at, compositionProfiles[kind]),
    extension: [{ url: extensions.documentVersion, valueString: '1.0' }],
    identifier: { system: identifierSystems.resourceInstance, value: `${input.sender.institutionNumber}-${input.year}-${input.localId}` },
    status: 'final',
    type: concept(codeSystems.documentType, documentTypeCodes[kind], documentNames[kind]),
    category: [heading.category],
    subject: { reference: draft.patientUrl },
    encounter: heading.encounter,
    date: input.at,
    author: heading.author,
    title: heading.title,
    ...(heading.custodian === undefined ? {} : { custodian: heading.custodian }),
    ...(heading.event === undefined ? {} : { event: [heading.event] }),
    section: sections,
  }
  return {
    resourceType: 'Bundle',
    meta: meta(input.at, bundleProfiles[kind]),
    identifier,
    type: 'document',
    timestamp: input.at,
    entry: [{ fullUrl: `urn:uuid:${uuidFrom(`${identifier.value}/Composition`)}`, resource: composition }, ...draft.entries],
  }
}

/** A section of a document; empty sections carry no entry. */
export function section(code: string, title: string, entry: Json[], system: string = codeSystems.documentSection): JsonObject {
  return {
    title,
    code: concept(system, code, `${title}セクション`),
    ...(entry.length > 0 ? { entry } : {}),
  }
}

/** 構造情報: the section that holds the coded ones. */
export const structured = (sections: Json[]): JsonObject => ({
  title: '構造情報',
  code: concept(codeSystems.documentSection, '300', '構造情報セクション'),
  section: sections,
})
