import { z } from 'zod'
import type { Person } from '#care/person'
import type { Seen } from '#care/record'

/** What an extract holds of a person: what disaster mode shows, and what they are found by. Address: to the town. */
export type PersonLine = {
  person: Omit<Person, 'phone' | 'postalCode' | 'id'>
  names: string[]
  memberIds: string[]
  rows: Seen[]
  cut: boolean
  /** Two clinicians must agree; not why, because that is nobody's business in a shelter. */
  needsSecond: boolean
}

/** The first line: the key that signs the laptop's log, and the institutions whose names the pages say. */
export type AboutLine = { logKeyPem: string; institutions: { number: string; name: string; nameEn: string; open: boolean }[] }

const day = z.coerce.date()
const row = z.object({
  ...{
    key: z.string(),
    type: z.string(),
    id: z.string(),
    version: z.number(),
    lastUpdated: day,
    deleted: z.boolean(),
    kind: z.custom<Seen['kind']>(),
  },
  ...{ source: z.string(), depositId: z.string().nullable(), uninformed: z.boolean(), undelivered: z.boolean(), longTerm: z.boolean() },
  ...{ addressee: z.string().nullable(), registeredAt: day, clinicalAt: day.nullable(), body: z.string(), rule: z.string() },
})
const person = z.object({
  ...{ keys: z.array(z.string()).min(1), name: z.string(), nameKana: z.string(), birthDate: z.string() },
  ...{ sex: z.enum(['male', 'female', 'other', 'unknown']), address: z.string() },
})
const line = z.object({
  person,
  names: z.array(z.string()),
  memberIds: z.array(z.string()),
  rows: z.array(row),
  cut: z.boolean(),
  needsSecond: z.boolean(),
})
const about = z.object({
  logKeyPem: z.string(),
  institutions: z.array(z.object({ number: z.string(), name: z.string(), nameEn: z.string(), open: z.boolean() })),
})

export const readPerson = (text: string): PersonLine => line.parse(JSON.parse(text)) as PersonLine
export const readAbout = (text: string): AboutLine => about.parse(JSON.parse(text))
