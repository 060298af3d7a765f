import { copyInto } from '#kernel/copy-rows'
import type { Db } from '#kernel/database'
import type { WrittenRow } from './store.ts'

const COLUMNS = [
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
  ...['registered_at', 'clinical_at', 'tokens', 'refs', 'body'],
]

/** Takes in many resources that nobody had before, in one COPY. */
export const copyResources = (db: Db, rows: readonly WrittenRow[]): Promise<void> =>
  copyInto(db, 'record.resource', {
    columns: COLUMNS,
    rows: rows.map((r) => [
      ...[
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
      ],
      ...[r.registeredAt, r.clinicalAt, r.index.tokens, r.index.refs, r.body],
    ]),
  })
