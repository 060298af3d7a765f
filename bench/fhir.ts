/**
 * How fast the record's FHIR surface is, beside what the database alone could do with the same statements.
 * Authentication, authorisation, validation and audit are on; the platform's own processes serve, the load comes from another.
 */
import { measureExport, measureImport } from './fhir/bulk.ts'
import { captureRole } from './fhir/capture.ts'
import { floorRole } from './fhir/floor.ts'
import { floorsOf } from './fhir/floors.ts'
import { growth } from './fhir/growth.ts'
import { loadRole } from './fhir/load.ts'
import { type Options, optionsOf } from './fhir/options.ts'
import { type PassWithCpu, underLoad } from './fhir/passes.ts'
import { profile } from './fhir/profile.ts'
import { type Measured, report, sayData, sayDpop, sayMemory } from './fhir/report.ts'
import { startTime } from './fhir/start.ts'
import { copyForRun, drop, keptDatabase } from './fhir/store.ts'
import { type Work, type WorkName, workOf, works } from './fhir/works.ts'
import { sayMachine } from './measure.ts'

export const roles = { load: loadRole, floor: floorRole, capture: captureRole }

export async function bench({ args }: { args: readonly string[] }): Promise<void> {
  const options = optionsOf(args)
  const wanted = (name: string) => options.only.length === 0 || options.only.includes(name)
  // Broken off, a bench still ends what it started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  sayMachine()
  if (options.profile) return onCopy(options, (database) => profile(database, workOf(options.profile as WorkName), options))
  const chosen = works.filter((w) => w.bar && wanted(w.name))
  if (chosen.length > 0) report(await onCopy(options, (database) => measureWorks(database, chosen, options)))
  if (wanted('import')) await measureImport(options)
  if (wanted('export')) await measureExport(options)
  if (wanted('growth')) await growth(options)
  if (wanted('start')) await startTime(options)
}

/** The data as it was kept, in a copy that is thrown away. */
async function onCopy<T>(options: Options, work: (database: string) => Promise<T>): Promise<T> {
  const shape = { people: options.people, visits: options.visits, templates: Math.min(options.people, options.quick ? 20 : 50) }
  const database = await copyForRun(await keptDatabase(shape, options.fresh))
  sayData(shape, options.binding)
  try {
    return await work(database)
  } finally {
    await drop(database)
  }
}

/** Every work through the platform first; then, with the platform gone, every floor. */
async function measureWorks(database: string, chosen: readonly Work[], options: Options): Promise<Measured[]> {
  const passes = new Map<string, PassWithCpu>()
  const side = await underLoad(database, options)
  try {
    for (const work of chosen) passes.set(work.name, await side.pass(work))
    if (options.binding === 'mtls' && chosen.some((w) => w.name === 'read')) sayDpop(await side.pass(workOf('read'), 'dpop'))
    sayMemory(side.rssMb(), 'reads and writes')
  } finally {
    await side.stop()
  }
  const floors = await floorsOf(database, chosen, options)
  return chosen.map((work) => ({ work, pass: passes.get(work.name)!, floor: floors.get(work.name)! }))
}
