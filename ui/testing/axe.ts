import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { drawn } from './drawn.ts'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

type Found = { id: string; nodes: { html: string; failureSummary: string }[] }[]

/**
 * What axe finds wrong with the page as it is drawn, as `rule: element`; the page's policy would refuse injected script, so it is run
 * past it. Only what is wrong is gathered: describing what is right takes most of the time.
 */
export async function axeFindings(page: Page, tags: readonly string[] = [...WCAG, 'best-practice']): Promise<string[]> {
  const options = JSON.stringify({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
  await drawn(page)
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: source })
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, ${options}).then((found) => JSON.stringify(found.violations))`,
    awaitPromise: true,
  })
  await session.detach()
  if (exceptionDetails) throw new Error(`axe: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
  return (JSON.parse(String(result.value)) as Found).flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  )
}
