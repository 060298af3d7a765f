import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { runValidatorCases } from './cases.ts'
import { runClinsExamples, type SuiteResult } from './clins.ts'
import { runPackages } from './packages.ts'
import { writeSection } from './report.ts'

/** Entry of `npm run conformance`: runs every suite on the reference data, prints one line each, refreshes docs/conformance.md. */
const root = resolve(process.env.ENISHI_SHARED ?? '../shared')
const suites: ((root: string) => Promise<SuiteResult>)[] = [runClinsExamples, runPackages, runValidatorCases]

let isWrong = false
await mkdir('docs', { recursive: true })
for (const run of suites) {
  const { suite, passed, failed, sections } = await run(root)
  console.log(`${suite} passed=${passed} failed=${failed.length}`)
  for (const line of failed) console.log(`  ${line}`)
  for (const { name, body } of sections) await writeSection(resolve('docs/conformance.md'), name, body)
  isWrong ||= failed.length > 0
}
if (isWrong) process.exitCode = 1
