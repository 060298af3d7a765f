import {
  addresseeOf,
  compositionOf,
  type DocumentClass,
  documentClassOf,
  element,
  entryResources,
  firstText,
  institutionNumberOf,
  type Json,
  type Resource,
  values,
} from '#packages/fhir'
import type { Seen } from '../model.ts'
import { dateAt, type NameOf, type Presented, presented, resourceOf, wordsOf } from './origin.ts'

/** 診療情報提供書、退院時サマリー、健診結果報告書、療養計画書. */
export type DocumentItem = Presented & {
  is: 'document'
  documentClass: DocumentClass | null
  title: string | null
  /** Sections in the order of the document, nested ones flattened; `text` is plain. */
  sections: { title: string; text: string }[]
  addressee: { institutionNumber?: string; name?: string } | null
}

export function presentDocument(seen: Seen, nameOf: NameOf): DocumentItem {
  const bundle = resourceOf(seen)
  const composition = seen.type === 'Composition' ? bundle : compositionOf(bundle)
  const base = presented(seen, bundle, {
    nameOf,
    on: composition === undefined ? dateAt(bundle, 'timestamp') : dateAt(composition, 'date'),
  })
  const written = entryResources(bundle).find((one) => one.resourceType === 'Organization' && institutionNumberOf(one) === seen.source)
  return {
    is: 'document',
    ...base,
    origin: { ...base.origin, institutionName: nameOf(seen.source) ?? firstText(written, 'name') ?? base.origin.institutionName },
    documentClass: documentClassOf(composition),
    title: firstText(composition, 'title') ?? wordsOf(element(composition, 'type')),
    sections: composition === undefined ? [] : sectionsOf(composition, 0),
    addressee: addresseeOf(bundle),
  }
}

const MAX_DEPTH = 6

function sectionsOf(parent: Resource | Json, depth: number): { title: string; text: string }[] {
  if (depth > MAX_DEPTH) return []
  return values(parent, 'section').flatMap((section) => {
    const text = plainText(firstText(section, 'text', 'div') ?? '')
    const title = firstText(section, 'title') ?? wordsOf(element(section, 'code')) ?? ''
    return [...(text === '' ? [] : [{ title, text }]), ...sectionsOf(section, depth + 1)]
  })
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** Narrative XHTML as plain text: block ends become line ends, tags go, the entities XHTML allows are read. */
export function plainText(xhtml: string): string {
  return xhtml
    .replace(/<(br|\/p|\/div|\/li|\/tr|\/h[1-6])\b[^>]{0,200}>/gi, '\n')
    .replace(/<\/t[dh]>/gi, ' ')
    .replace(/<[^>]{0,2000}>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return Object.hasOwn(entities, name) ? entities[name]! : whole
      const point = Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10)
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : ''
    })
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n')
}
