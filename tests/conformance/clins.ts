import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Example, judgeExamples, submissionRules, type Verdict } from '#packages/fhir'
import { ruleTable, verdictTable } from './report.ts'

const folders = ['jp-clins-examples', 'document-examples', 'ereferral-examples']

/** Folders are judged one by one: a single example's neighbours are those beside it. */
async function examplesIn(root: string, folder: string): Promise<Example[]> {
  const names = (await readdir(resolve(root, 'data', folder), { recursive: true })).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(
    names.map(async (name) => ({
      file: `${folder}/${name}`,
      resource: JSON.parse(await readFile(resolve(root, 'data', folder, name), 'utf8')),
    })),
  )
}

/** Verdicts on every published example under `root` (the reference data), in the order of the folders. */
export async function judgeSharedExamples(root: string): Promise<Verdict[]> {
  const judged: Verdict[] = []
  for (const folder of folders) judged.push(...judgeExamples(await examplesIn(root, folder)))
  return judged
}

const isRule = (id: string) => submissionRules.some((rule) => rule.id === id)

/** Verdicts nobody could explain: refused without a rule of the table, or accepted with an error. */
export const unexplained = (verdicts: readonly Verdict[]): Verdict[] =>
  verdicts.filter((v) => (v.verdict === 'refused' ? v.rules.length === 0 || !v.rules.every(isRule) : v.rules.length > 0))

export type SuiteResult = { suite: string; passed: number; failed: string[]; sections: { name: string; body: string }[] }

/** The suite `clins-examples`: every example is accepted, or refused by a rule that has a name; and each kind has accepted input. */
export async function runClinsExamples(root: string): Promise<SuiteResult> {
  const verdicts = await judgeSharedExamples(root)
  const kinds = ['five-items', 'eReferral', 'eCheckup', 'ePCS']
  const missing = kinds.filter((kind) => !verdicts.some((v) => v.kind === kind && v.verdict === 'accepted' && v.note === ''))
  const failed = [
    ...unexplained(verdicts).map((v) => `${v.file}: no rule explains it`),
    ...missing.map((kind) => `no ${kind} Bundle is accepted`),
  ]
  return {
    suite: 'clins-examples',
    passed: verdicts.length - unexplained(verdicts).length,
    failed,
    sections: [
      { name: 'clins-examples', body: `${explanation(verdicts)}\n\n${verdictTable(verdicts)}` },
      { name: 'clins-rules', body: `## Submission rules\n\n${ruleTable()}` },
    ],
  }
}

const explanation = (verdicts: readonly Verdict[]) => {
  const accepted = verdicts.filter((v) => v.verdict === 'accepted').length
  return [
    '## Published examples of the sharing service',
    '',
    `${verdicts.length} examples: ${accepted} accepted, ${verdicts.length - accepted} refused by a named rule.`,
    '',
    'Bundles are judged as they are; what is not submitted alone is put, in memory, into a valid Bundle of ours ("how").',
    'The three examples marked as wrong by their publisher: the eye drops without YJ or generic code are refused by R3010, the eGFR without local code by R6021;',
    'the sleeping pill with a wrong generic-name code has the right form, and only the drug master, which the operator loads, can tell (display and code do not match).',
    'The check-up report follows its own guide (other Bundle profile and identifier, member ID spelt in Coverage); it is taken with the warning P-DOC-GUIDE.',
    'The three letters refused by R1012 were written before the service had a member ID: nobody could tell whose they are.',
  ].join('\n')
}
