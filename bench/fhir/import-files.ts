/** What another system hands over to be imported. */
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from '../identity/cards.ts'
import { benchPeople, type Entry } from './data.ts'
import { INSTITUTION } from './store.ts'

/** The kick-off that names them. */
export const importRequest = (types: readonly string[]) => ({
  method: 'POST' as const,
  path: '/fhir/R4/$import',
  body: JSON.stringify({
    resourceType: 'Parameters',
    parameter: [
      { name: 'inputFormat', valueString: 'application/fhir+ndjson' },
      ...types.map((type) => ({
        name: 'input',
        part: [
          { name: 'type', valueCode: type },
          { name: 'url', valueUrl: `${type}.ndjson` },
        ],
      })),
    ],
  }),
})

/** The people's records as another system would hand them over: a file a type, ids of that system's own. */
export async function writeFiles(people: number): Promise<{ types: string[]; count: number }> {
  const folder = join(benchFolder(), 'platform', 'import', INSTITUTION)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lines: Record<string, string[]> = { Patient: [], Encounter: [], Condition: [], Observation: [] }
  for (const person of benchPeople(people, 10)) {
    const id = `bench-${person.n}`
    lines.Patient!.push(JSON.stringify({ ...person.patient, id }))
    for (const { type, text } of placed(person.entries(`Patient/${id}`))) lines[type]!.push(text)
  }
  const types = Object.keys(lines)
  for (const type of types) await written(join(folder, `${type}.ndjson`), lines[type]!)
  return { types, count: types.reduce((sum, type) => sum + lines[type]!.length, 0) }
}

/** Entries with ids in place of their `urn:uuid`. */
function placed(entries: readonly Entry[]): { type: string; text: string }[] {
  const idOf = (entry: Entry) => entry.fullUrl.slice('urn:uuid:'.length)
  const places = new Map(entries.map((e) => [e.fullUrl, `${e.resource.resourceType}/${idOf(e)}`]))
  return entries.map((e) => {
    const text = JSON.stringify({ ...e.resource, id: idOf(e) }).replace(/urn:uuid:[0-9a-f-]{36}/g, (url) => places.get(url) ?? url)
    return { type: e.resource.resourceType, text }
  })
}

function written(path: string, lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const file = createWriteStream(path, { mode: 0o600 })
      .once('error', reject)
      .once('finish', () => resolve())
    for (let n = 0; n < lines.length; n += 1_000) file.write(`${lines.slice(n, n + 1_000).join('\n')}\n`)
    file.end()
  })
}
