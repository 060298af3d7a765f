import { basename } from 'node:path'
import ts from 'typescript'
import type { Source } from './sources.ts'

export const MAX_LINES = 300

/** Proofs that list cases may be as long as their cases; everything else keeps to the budget. */
export function tooLong(sources: readonly Source[]): string[] {
  return sources
    .filter((s) => !/\.test\.tsx?$/.test(s.path))
    .map((s) => ({ path: s.path, lines: s.text.split('\n').length - 1 }))
    .filter((f) => f.lines > MAX_LINES)
    .map((f) => `${f.path}: ${f.lines} lines (budget ${MAX_LINES}): split it by what it is about`)
}

const vague = /(^|[-/.])(utils?|helpers?|common|manager|misc|stuff)([-/.]|$)/

/** Names are kebab-case and say what is inside. */
export function badNames(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path }) => [
    ...(vague.test(path) ? [`${path}: the name says nothing; name it after what it does`] : []),
    ...(/^[a-z0-9]+([-.][a-z0-9]+)*\.(ts|tsx|mjs)$/.test(basename(path)) ? [] : [`${path}: file names are kebab-case`]),
  ])
}

/** Ways out of the type system, code made at run time, and exports without a name of their own (tools ask tests for some). */
export function forbiddenCode(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const found: string[] = []
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS)
    const at = (node: ts.Node) => `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    const visit = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${at(node)}: any, so that the compiler checks nothing`)
      if (ts.isExportAssignment(node) && !path.startsWith('tests/'))
        found.push(`${at(node)}: a default export: give it a name that every importer shares`)
      if (ts.isDecorator(node)) found.push(`${at(node)}: decorators: plain functions and rows instead`)
      if (
        (ts.isCallExpression(node) || ts.isNewExpression(node)) &&
        ts.isIdentifier(node.expression) &&
        ['eval', 'Function'].includes(node.expression.text)
      )
        found.push(`${at(node)}: code made at run time`)
      ts.forEachChild(node, visit)
    }
    visit(file)
    for (const [line, content] of text.split('\n').entries())
      if (/^\s*(\/\/|\/\*|\*).*@ts-(ignore|nocheck|expect-error)/.test(content))
        found.push(`${path}:${line + 1}: the compiler is switched off`)
    return found
  })
}
