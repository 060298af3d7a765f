/** What a writer hears who prefers a word to the resource. @spec FHIR R4 http, Prefer: return=OperationOutcome */
import type { Written } from './write-set.ts'

const told = (ja: string, en: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', details: { text: ja }, diagnostics: en }],
})

export const storedOutcome = (w: Pick<Written, 'type' | 'id' | 'version'>): object =>
  told(`保存しました（${w.type}/${w.id} 第${w.version}版）。`, `Stored as version ${w.version} of ${w.type}/${w.id}.`)

export const standsOutcome = (type: string, { id, version }: { id: string; version: number }): object =>
  told(`すでにあります（${type}/${id} 第${version}版）。`, `It is there already: version ${version} of ${type}/${id}.`)
