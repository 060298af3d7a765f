/** Deliberately wrong resources of a public suite: each must be refused for its own reason, and what complies must not be. */
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openChecker } from '../../app/checker.ts'
import type { SuiteResult } from './clins.ts'
import { type Checker, checkText, type Finding } from '#packages/fhir'

const tagSystem = 'http://fhir-jp-validator.test/expected-issue'

export type Expectation = { desc: string; pattern: string }
export type CaseLine = {
  file: string
  folder: string
  /** Faults the tags name; none in a control. */
  slug: string
  /** A file that complies: the fault must not be found. */
  control: boolean
  /** The finding that tells the fault, or null. */
  by: Finding | null
  findings: readonly Finding[]
}

/** Does a finding tell the fault? The suite's pattern is asked of place and sentence, as it is of the reference validator's message. */
export function tells({ pattern }: Expectation): (finding: Finding) => boolean {
  const wanted = new RegExp(pattern, 'i')
  return ({ path, ruleId, ja, en }) => [`${path} ${ruleId}: ${en}`, `${path} ${ruleId}: ${ja}`].some((message) => wanted.test(message))
}

/** A file of the suite that stands beside a wrong one and complies. */
const isControl = (file: string) => /-compliant|-present/.test(file)

type Tagged = { meta?: { tag?: { system?: string; code?: string }[] } }
const slugsOf = (text: string): string[] =>
  ((JSON.parse(text) as Tagged).meta?.tag ?? []).flatMap(({ system, code }) => (system === tagSystem && code !== undefined ? [code] : []))

/** Every case of the suite, judged. */
export async function judgeCases(root: string, checker: Checker): Promise<CaseLine[]> {
  const at = resolve(root, 'data/validator-cases')
  const expected = JSON.parse(await readFile(resolve(at, 'expected-issues.json'), 'utf8')) as Record<string, Expectation>
  const names = (await readdir(resolve(at, 'test-cases'), { recursive: true })).filter((name) => name.endsWith('.ndjson')).sort()
  const lines: CaseLine[] = []
  for (const name of names) {
    const texts = (await readFile(resolve(at, 'test-cases', name), 'utf8')).split('\n').filter((line) => line.trim() !== '')
    for (const text of texts) {
      const { findings } = checkText(text, checker)
      for (const slug of slugsOf(text)) {
        const expectation = expected[slug]
        const by = expectation ? (findings.find(tells(expectation)) ?? null) : null
        lines.push({ file: name, folder: name.split('/')[0]!, slug, control: isControl(name), by, findings })
      }
    }
  }
  return lines
}

/** Faults the shipped packages cannot tell, with the reason. */
export const beyondPackages: Readonly<Record<string, string>> = {
  'extensions/patient-us-core-birthsex-in-jp.ndjson slice-not-matching-known-slice':
    'the slices are those of JP Core JP_Patient, which the operator loads',
  'jp-clins/diagnosticreport-category-first-slice-missing.ndjson diagnosticreport-category-first-slice':
    'JP_DiagnosticReport_Radiology is a profile of JP Core, which the operator loads',
  'jp-clins/medreq-ecs-missing-required.ndjson jp-medreq-identifier-count-min3':
    'JP-CLINS 1.12 asks for three identifiers, 1.5.2 for two; that one of them is missing is found',
  'jp-clins/medreq-ecs-missing-required.ndjson jp-medreq-request-identifier-slice-missing':
    'the slice requestIdentifier is required in JP-CLINS 1.12 and optional in 1.5.2',
  'jp-clins/organization-ecs-type-coding-missing.ndjson jp-organization-ecs-type-coding-missing':
    'Organization.type.coding is required in JP-CLINS 1.12 and optional in 1.5.2; that the type is empty is found',
  'jp-core/organization-jp-no-identifier-system.ndjson slice-not-matching-known-slice':
    'the slices are those of JP Core JP_Organization, which the operator loads',
}

const keyOf = ({ file, slug }: CaseLine) => `${file} ${slug}`
/** Right: a fault told, or a control not blamed for it. */
export const isRight = ({ control, by }: CaseLine): boolean => (control ? by === null : by !== null)

const cell = (text: string) => text.replaceAll('|', '\\|')

function told(line: CaseLine): string {
  if (line.control) return line.by === null ? 'complies, and is not blamed' : `BLAMED by ${line.by.ruleId}`
  if (line.by !== null) return `${line.by.severity} ${line.by.ruleId} at ${cell(line.by.path)}`
  return beyondPackages[keyOf(line)] ?? 'NOT FOUND'
}

/** Share of the faults that the shipped packages can express and that are told, by folder. */
export function shares(lines: readonly CaseLine[]): { folder: string; right: number; of: number; beyond: number }[] {
  return [...Map.groupBy(lines, (line) => line.folder)].map(([folder, inside]) => {
    const beyond = inside.filter((line) => !isRight(line) && beyondPackages[keyOf(line)] !== undefined)
    return { folder, right: inside.filter(isRight).length, of: inside.length - beyond.length, beyond: beyond.length }
  })
}

/** The suite `validator-cases`: every fault told that the packages can express, no control blamed. */
export async function runValidatorCases(root: string): Promise<SuiteResult> {
  const checker = await openChecker(resolve(root, 'data/fhir-packages'))
  const lines = await judgeCases(root, checker)
  const failed = lines
    .filter((line) => !isRight(line) && beyondPackages[keyOf(line)] === undefined)
    .map((line) => `${keyOf(line)}: ${told(line)}`)
  const summary = shares(lines).map(({ folder, right, of, beyond }) => `| ${folder} | ${right} | ${of} | ${beyond} |`)
  const rows = lines.map((line) => `| ${line.file} | ${line.slug} | ${told(line)} |`)
  const body = [
    '## Deliberately wrong resources',
    '',
    'A public suite of wrong resources (R4, JP Core 1.2.0, JP-CLINS 1.12.0; MIT), judged with the shipped packages (JP-CLINS 1.5.2 and the document guides).',
    'A fault counts as told when a finding at its place says what the suite expects. Faults of definitions that are not shipped are listed with the reason.',
    '',
    '| folder | told, or not blamed | of those the packages can express | beyond the packages |',
    '| --- | --- | --- | --- |',
    ...summary,
    '',
    '| case | fault | told by |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
  return { suite: 'validator-cases', passed: lines.filter(isRight).length, failed, sections: [{ name: 'validator-cases', body }] }
}
