import type { CopyValue } from '#kernel/copy-in'
import { copyInto } from '#kernel/copy-rows'
import type { Db } from '#kernel/database'
import type { WrittenRow } from './store.ts'

export const RESOURCE_COLUMNS = [
  ...[
    'key',
    'type',
    'id',
    'version',
    'last_updated',
    'kind',
    'source',
    'deposit_id',
    'uninformed',
    'undelivered',
    'long_term',
    'addressee',
  ],
  ...['registered_at', 'clinical_at', 'sort_at', 'tokens', 'refs', 'body'],
]

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
