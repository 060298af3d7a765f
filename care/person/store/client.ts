/** The register of system clients. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { gather } from '#kernel/gather'
import type { BindingPolicy, SystemClient } from '../model.ts'

export async function insertClient(db: Db, c: SystemClient): Promise<void> {
  await sql`insert into person.client (client_id, institution_number, name, jwks, scopes, binding, certificates, certificate_subject)
    values (${c.clientId}, ${c.institutionNumber}, ${c.name}, ${JSON.stringify(c.jwks)}::jsonb, ${c.scopes}, ${c.binding ?? 'any'},
      ${c.certificates ?? []}, ${c.certificateSubject ?? null})`.execute(db)
}

/** Changes what a client's tokens are tied to, from its next request on. */
export async function updateClientBinding(
  db: Db,
  clientId: string,
  to: { binding: BindingPolicy; certificates: readonly string[]; certificateSubject: string | null },
): Promise<void> {
  await sql`update person.client set binding = ${to.binding}, certificates = ${[...to.certificates]}::text[], certificate_subject = ${to.certificateSubject}
    where client_id = ${clientId}`.execute(db)
}

type ClientRow = {
  client_id: string
  institution_number: string
  name: string
  jwks: { keys: object[] }
  scopes: string[]
  binding: BindingPolicy
  certificates: string[]
  certificate_subject: string | null
  facility: string
}
export type FoundClient = Required<SystemClient> & { institutionName: string }

/** A live client; requests of many clients at once share a statement. */
export const findClient = gather<string, FoundClient | undefined>(async (db, clientIds) => {
  const { rows } =
    await sql<ClientRow>`select c.*, f.name as facility from person.client c join person.facility f using (institution_number)
    where c.client_id = any(${[...new Set(clientIds)]}::text[]) and c.ended_at is null`.execute(db)
  const found = new Map(
    rows.map((r): [string, FoundClient] => {
      const about = { clientId: r.client_id, institutionNumber: r.institution_number, name: r.name, jwks: r.jwks, scopes: r.scopes }
      const bound = { binding: r.binding, certificates: r.certificates, certificateSubject: r.certificate_subject }
      return [r.client_id, { ...about, ...bound, institutionName: r.facility }]
    }),
  )
  return clientIds.map((id) => found.get(id))
})
