import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { shared } from '../../../tests/shared-data.ts'
import { isObject, type Json, values } from '#packages/fhir'
import { allergens } from './allergens.ts'
import { drugs } from './drugs.ts'
import { infectionTests, labs } from './labs.ts'

const published = shared('data/fhir-packages/jp-clins.r4-1.5.2.tgz')
const jfagy = shared('data/jfagy/utf8/JFAGY_J9FN_20250401_R01.csv')

/** A file out of a tar archive: 512-byte headers, name at 0, size in octal at 124. */
function fromArchive(archive: string, name: string): Json {
  const tar = gunzipSync(readFileSync(archive))
  for (let at = 0; at + 512 <= tar.length; ) {
    const entry = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(tar.toString('ascii', at + 124, at + 136), 8) || 0
    if (entry.endsWith(name)) return JSON.parse(tar.toString('utf8', at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(`${name} is not in the archive`)
}

/** Code and display pairs of a code system, however deep. */
function pairsOf(system: Json): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (concepts: Json[]): void => {
    for (const concept of concepts.filter(isObject)) {
      found.set(String(concept.code), String(concept.display))
      walk(values(concept, 'concept'))
    }
  }
  walk(values(system, 'concept'))
  return found
}

describe('codes stand in the published lists', () => {
  test.skipIf(!published)('laboratory codes and displays are those of the core list of JP-CLINS 1.5.2 (needs the JP-CLINS package)', () => {
    const pairs = pairsOf(fromArchive(published!, 'CodeSystem-jp-clins-codesystem-JLAC10-corelabo-cs.json'))
    for (const lab of labs.filter((one) => one.list === 'core')) expect(pairs.get(lab.code), lab.key).toBe(lab.display)
    expect(pairs.get('2A030000001930901')).not.toBe('WBC')
  })

  test.skipIf(!published)('infection codes and displays are those of the infection list (needs the JP-CLINS package)', () => {
    const pairs = pairsOf(fromArchive(published!, 'CodeSystem-jp-clins-codesystem-JLAC10-infectionlabo-cs.json'))
    for (const one of infectionTests) expect(pairs.get(one.code), one.key).toBe(one.display)
  })

  test.skipIf(!jfagy)('food and other allergens are J-FAGY codes with their terms (needs the J-FAGY table)', () => {
    const lines = readFileSync(jfagy!, 'utf8')
      .split(/\r?\n/)
      .map((line) => line.split('","'))
    const terms = new Map(lines.map((cells) => [cells[1], cells[2]]))
    for (const one of allergens.filter((a) => /^(J9|D9)/.test(a.code))) expect(terms.get(one.code), one.key).toBe(one.display)
  })

  test('drug codes have the form of a YJ code; invented ones end in 99 and two digits', () => {
    const real = ['2171022F6276', '1141007F3023', '2233002F1280', '2316009F1022']
    for (const { yj } of drugs) {
      expect(yj).toMatch(/^[0-9]{7}[A-Z][0-9]{4}$/)
      expect(real.includes(yj) || /99\d\d$/.test(yj), yj).toBe(true)
    }
    expect(new Set(drugs.map((d) => d.yj)).size).toBe(drugs.length)
  })
})
