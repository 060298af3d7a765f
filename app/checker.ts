import { join } from 'node:path'
import { judgeWith } from '#care/record'
import { loadPackages, makeTerminology, makeValidator } from '#packages/fhir'
import type { Checking } from './services.ts'

/** What resources are checked with: base R4 and the packages the operator has put into a folder. */
export async function openChecker(folder: string): Promise<Checking> {
  const { definitions, packages } = loadPackages(folder)
  let { validate } = makeValidator({ definitions, terminology: makeTerminology({ definitions }) })
  return {
    validate: (...asked) => validate(...asked),
    answerFrom: (terminology) => {
      validate = makeValidator({ definitions, terminology }).validate
    },
    definitions,
    packages: packages.filter(({ problem }) => problem === null).map(nameOf),
    useless: packages.flatMap(({ problem }) => problem ?? []),
    problems: packages.flatMap(({ name, problem, failed }) => [
      ...(problem ? [problem] : []),
      ...failed.map(({ file, ja, en }) => ({ ja: `${name} ${file}: ${ja}`, en: `${name} ${file}: ${en}` })),
    ]),
  }
}

/**
 * Opens the checker and, where the operator has put packages there, judges every write by them too.
 * Without packages what is written is judged by base R4 alone, as quickly as that can be done.
 */
export async function bindChecker(home: string): Promise<Checking> {
  const checker = await openChecker(join(home, 'packages'))
  if (checker.packages.length > 0) judgeWith(checker)
  return checker
}

/** As the package calls itself, with the name of its file where that differs. */
function nameOf({ name, says }: { name: string; says?: { name?: string; version?: string } }): string {
  const own = says?.name === undefined ? name : `${says.name}${says.version === undefined ? '' : `#${says.version}`}`
  return own.includes(name) ? own : `${own} (${name})`
}
