/**
 * The work that is measured, with its bar: at least so much a second, and at least this share of the floor.
 * Those without a bar are measured for growth alone.
 */
import { randomFrom } from '#packages/synthetic'
import { courseLoinc, createOf, transactionOf } from './data.ts'
import type { Sample } from './store.ts'

export type WorkName = 'read' | 'search-50' | 'search-sort-10' | 'create' | 'transaction-20' | 'search-patient' | 'search-sort-2'
/** `headers`: further ones, each line ended. `type`: of the body, FHIR JSON where nothing is said. */
export type Request = { method: 'GET' | 'POST'; path: string; body?: string; type?: string; headers?: string }

export type Work = {
  name: WorkName
  clients: number
  /** `rate` is for a quiet machine; the share decides. None where the work is measured for growth alone. */
  bar: { rate: number; share: number } | null
  /** How many different requests are prepared; they are sent again and again. */
  distinct: number
  /** Entries a right answer holds, where it is a Bundle. */
  entries: number | null
  request: (sample: Sample, n: number) => Request
}

const course = (s: Sample): Request => ({
  method: 'GET',
  path: `/fhir/R4/Observation?subject=Patient/${s.key}&code=http://loinc.org%7C${courseLoinc}&_sort=-date&_count=10`,
})

export const works: readonly Work[] = [
  {
    name: 'read',
    clients: 16,
    bar: { rate: 5_000, share: 0.4 },
    distinct: 20_000,
    entries: null,
    request: (s) => ({ method: 'GET', path: `/fhir/R4/Observation/${s.observation}` }),
  },
  {
    name: 'search-50',
    clients: 16,
    bar: { rate: 1_000, share: 0.3 },
    distinct: 20_000,
    entries: 50,
    request: (s) => ({ method: 'GET', path: `/fhir/R4/Observation?subject=Patient/${s.key}&_count=50` }),
  },
  {
    name: 'search-sort-10',
    clients: 16,
    bar: { rate: 2_000, share: 0.35 },
    distinct: 20_000,
    entries: 10,
    request: course,
  },
  {
    name: 'create',
    clients: 16,
    bar: { rate: 1_000, share: 0.25 },
    distinct: 4_000,
    entries: null,
    request: (s, n) => ({ method: 'POST', path: '/fhir/R4/Observation', body: createOf(randomFrom(`create/${n}`), `Patient/${s.key}`) }),
  },
  {
    name: 'transaction-20',
    clients: 8,
    bar: { rate: 100, share: 0.15 },
    distinct: 400,
    entries: 20,
    request: (s, n) => ({ method: 'POST', path: '/fhir/R4', body: transactionOf(randomFrom(`transaction/${n}`), `Patient/${s.key}`) }),
  },
  {
    name: 'search-patient',
    clients: 4,
    bar: null,
    distinct: 20_000,
    entries: 1,
    request: (s) => ({ method: 'GET', path: `/fhir/R4/Patient?identifier=${encodeURIComponent(s.memberId)}` }),
  },
  { name: 'search-sort-2', clients: 4, bar: null, distinct: 20_000, entries: 2, request: course },
]

export const workOf = (name: WorkName): Work => works.find((w) => w.name === name)!

/** The requests of a work, each about another sample while there are enough. */
export const requestsOf = (work: Work, samples: readonly Sample[]): Request[] =>
  Array.from({ length: Math.min(work.distinct, Math.max(samples.length, 100)) }, (_, n) => work.request(samples[n % samples.length]!, n))
