import type { ColumnType } from '#kernel/copy-binary'
import type { CopyValue } from '#kernel/copy-in'
import { copyInto } from '#kernel/copy-rows'
import type { Db } from '#kernel/database'
import type { WrittenRow } from './store.ts'

const columns: Readonly<Record<string, ColumnType>> = {
  ...{
    key: 'text',
    type: 'text',
    id: 'text',
    version: 'int4',
    last_updated: 'timestamptz',
    kind: 'text',
    source: 'text',
    deposit_id: 'text',
  },
  ...{
    uninformed: 'bool',
    undelivered: 'bool',
    long_term: 'bool',
    addressee: 'text',
    registered_at: 'timestamptz',
    clinical_at: 'timestamptz',
  },
  ...{ sort_at: 'timestamptz', tokens: 'text[]', refs: 'text[]', body: 'text' },
}
export const RESOURCE_COLUMNS = Object.keys(columns)
export const RESOURCE_TYPES = Object.values(columns)

/** The values of a first version, in the order of the columns. */
export const resourceValues = (r: WrittenRow): CopyValue[] => [
  r.key,
  r.type,
  r.id,
  r.version,
  r.lastUpdated,
  r.kind,
  r.source,
  r.depositId,
  r.uninformed,
  r.undelivered,
  r.longTerm,
  r.addressee,
  r.registeredAt,
  r.clinicalAt,
  r.index.sortAt,
  r.index.tokens,
  r.index.refs,
  r.body,
]

/** Takes in many resources that nobody had before, in one COPY. */
export const copyResources = (db: Db, rows: readonly WrittenRow[]): Promise<void> =>
  copyInto(db, 'record.resource', { columns: RESOURCE_COLUMNS, rows: rows.map(resourceValues) })
