import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { writeSection } from '../conformance/report.ts'

export type FaultLine = { name: string; what: string; line: string; control: string; passed: boolean; seed: string; seconds: number }

const HEAD = [
  '| test | fault | result | line | control | seed | commit | duration | on |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
]

/** Puts the result of a full run into the fault table, in the place of the earlier one of the same test. */
export async function writeFaultTable(root: string, result: FaultLine): Promise<void> {
  const file = join(root, 'docs/faults.md')
  const before = await readFile(file, 'utf8').catch(() => '')
  const others = before.split('\n').filter((row) => /^\| F\d+[a-z]? \|/.test(row) && !row.startsWith(`| ${result.name} |`))
  const rows = [...others, rowOf(result, commitOf(root))].sort((a, b) => numberOf(a) - numberOf(b))
  await writeSection(file, 'faults', [...HEAD, ...rows].join('\n'))
}

/** `F1b` comes after `F1`, and `F2c` after `F2b`. */
function numberOf(row: string): number {
  const [, number = '0', letter = ''] = /F(\d+)([a-z]?)/.exec(row) ?? []
  return Number(number) + (letter === '' ? 0 : (letter.charCodeAt(0) - 96) / 100)
}

function rowOf(r: FaultLine, commit: string): string {
  const on = `${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores, Node.js ${process.versions.node}`
  const verdict = r.passed ? 'passed' : '**FAILED**'
  return `| ${r.name} | ${r.what} | ${verdict} | \`${r.line}\` | \`${r.control}\` | \`${r.seed}\` | \`${commit}\` | ${Math.floor(r.seconds / 60)} min ${r.seconds % 60} s | ${on} |`
}

export function commitOf(root: string): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'unknown'
  }
}
