import type { FactName } from './condition.ts'

/**
 * Where a fact is kept: its table, and the column of each field. `key` null: it speaks of no one person. `id`: what a receipt names of it;
 * null where it has no name.
 */
export type FactPlace = { table: string; key: string | null; id: string | null; columns: Readonly<Record<string, string>> }

export const factPlaces: Readonly<Record<FactName, FactPlace>> = {
  grants: {
    table: 'consent.grant_fact',
    key: 'key',
    id: 'consent_id',
    columns: {
      institutionNumber: 'institution_number',
      kind: 'kind',
      purpose: 'purpose',
      givenAt: 'given_at',
      until: 'until',
      withdrawnAt: 'withdrawn_at',
    },
  },
  relations: { table: 'consent.relation', key: 'key', id: null, columns: { institutionNumber: 'institution_number' } },
  closures: {
    table: 'consent.closure',
    key: 'key',
    id: 'id',
    columns: {
      institutionNumber: 'institution_number',
      purpose: 'purpose',
      type: 'resource_type',
      id: 'resource_id',
      absolute: 'absolute',
      since: 'since',
      endedAt: 'ended_at',
    },
  },
  emergencies: {
    table: 'consent.emergency',
    key: 'key',
    id: 'id',
    columns: { staffId: 'staff_id', institutionNumber: 'institution_number', since: 'since', until: 'until', endedAt: 'ended_at' },
  },
  disasters: {
    table: 'consent.disaster_institution',
    key: null,
    id: 'disaster_id',
    columns: { institutionNumber: 'institution_number', since: 'since', until: 'until', endedAt: 'ended_at' },
  },
  legalBases: {
    table: 'consent.legal_basis',
    key: null,
    id: 'id',
    columns: {
      institutionNumber: 'institution_number',
      purpose: 'purpose',
      kinds: 'kinds',
      since: 'since',
      until: 'until',
      endedAt: 'ended_at',
    },
  },
}
