import { sql } from 'kysely'
import { type ItemKind, receiptOf } from '#care/consent'
import type { Hit } from './model.ts'

/** The columns of a hit, over alias `r`. */
export const HIT_COLUMNS = sql`r.key, r.type, r.id, r.version, r.last_updated, r.clinical_at, r.kind, r.body`

export type HitRow = {
  key: string
  type: string
  id: string
  version: number
  last_updated: Date
  clinical_at: Date | null
  kind: ItemKind
  body: string
  rule: string
}

export const toHit = (r: HitRow): Hit => ({
  key: r.key,
  type: r.type,
  id: r.id,
  version: r.version,
  lastUpdated: r.last_updated,
  clinicalAt: r.clinical_at,
  kind: r.kind,
  body: r.body,
  ...receiptOf(r.rule),
})
