import { compositionOf, element, firstText, isResource, type Json, type Resource, values } from '#packages/fhir'
import type { Seen } from '../model.ts'
import { type ChartItem, present } from './chart.ts'
import { plainText } from './document.ts'
import { type NameOf, resourceOf, wordsOf } from './origin.ts'

/**
 * A section of a document as people read it: its words, the items it lists, and what else its entries say in words.
 * `depth` counts from 1. Everything is plain text.
 */
export type DocumentSection = { title: string; depth: number; text: string; items: ChartItem[]; lines: string[] }

const MAX_DEPTH = 6
const MAX_TEXT_BYTES = 200_000

/** All sections in the order of the document, nested ones after their parent. An unreadable document has none. */
export function documentBody(seen: Seen, nameOf: NameOf): DocumentSection[] {
  const bundle = resourceOf(seen)
  const composition = seen.type === 'Composition' ? bundle : compositionOf(bundle)
  if (composition === undefined) return []
  const targets = new Map(values(bundle, 'entry').map((entry) => [firstText(entry, 'fullUrl') ?? '', element(entry, 'resource')]))
  const find = (reference: Json) => (typeof reference === 'string' ? targets.get(reference) : undefined)
  const read = (parent: Json, depth: number): DocumentSection[] =>
    values(parent, 'section').flatMap((section) => {
      const found = values(section, 'entry', 'reference').map(find).filter(isResource)
      const told: DocumentSection = {
        title: firstText(section, 'title') ?? wordsOf(element(section, 'code')) ?? '',
        depth,
        text: plainText(firstText(section, 'text', 'div') ?? ''),
        items: found.filter((one) => itemTypes.has(one.resourceType)).map((one) => present(asSeen(seen, one), nameOf)),
        lines: found.flatMap(linesOf),
      }
      return [told, ...(depth < MAX_DEPTH ? read(section, depth + 1) : [])]
    })
  return read(composition, 1)
}

const itemTypes = new Set(['Condition', 'AllergyIntolerance', 'Observation', 'MedicationRequest'])

const asSeen = (document: Seen, inside: Resource): Seen => ({ ...document, type: inside.resourceType, body: JSON.stringify(inside) })

/** What an entry says in words. Names of people and institutions, reasons, texts; nothing for codes alone. */
function linesOf(resource: Resource): string[] {
  const lines = (...found: (string | null | undefined)[]) =>
    found.filter((line): line is string => typeof line === 'string' && line.trim() !== '')
  const notes = values(resource, 'note', 'text').filter((note) => typeof note === 'string')
  switch (resource.resourceType) {
    case 'Condition':
    case 'AllergyIntolerance':
    case 'Observation':
    case 'MedicationRequest':
      return lines(...notes)
    case 'Organization':
      return lines(firstText(resource, 'name'))
    case 'Practitioner':
      return lines(
        firstText(resource, 'name', 'text') ??
          [firstText(resource, 'name', 'family'), firstText(resource, 'name', 'given')].filter(Boolean).join(' '),
      )
    case 'Encounter':
      return lines(...values(resource, 'reasonCode').map(wordsOf), periodOf(element(resource, 'period')))
    case 'DocumentReference':
      return lines(...new Set([firstText(resource, 'description'), ...values(resource, 'content', 'attachment').map(textOf)]))
    case 'CarePlan':
      return lines(firstText(resource, 'title'), firstText(resource, 'description'), ...notes)
    default:
      return lines(
        wordsOf(element(resource, 'code')),
        firstText(resource, 'description'),
        plainText(firstText(resource, 'text', 'div') ?? ''),
        ...notes,
      )
  }
}

function periodOf(period: Json | undefined): string | null {
  const [start, end] = [firstText(period, 'start'), firstText(period, 'end')]
  return start === undefined && end === undefined ? null : `${start ?? ''} – ${end ?? ''}`
}

/** An attachment that is plain text inside the document; anything else is only named. */
function textOf(attachment: Json): string | null {
  const type = firstText(attachment, 'contentType') ?? ''
  const data = firstText(attachment, 'data')
  if (!type.startsWith('text/plain') || data === undefined) return firstText(attachment, 'title') ?? null
  if (data.length > MAX_TEXT_BYTES) return firstText(attachment, 'title') ?? type
  return new TextDecoder().decode(Buffer.from(data, 'base64')).trim()
}
