import { isHttpRow, type Row } from '#kernel/route'

const name = (row: Row): string =>
  row.kind === 'job' ? `job ${row.name}` : row.kind === 'mount' ? `mount ${row.path}` : `${row.method} ${row.path}`

/** Rows that leave no audit entry, each with its reason: nothing of a person is shown or kept. */
export const unaudited: Record<string, string> = {
  'POST /clinic': 'seals what is looked for into an address; the search itself is noted at GET /clinic',
  'POST /operator/people': 'seals what is looked for into an address; the search itself is noted at GET /operator/people',
  'POST /oauth/interaction/:uid/search': 'seals what is looked for into an address; the search itself is noted where it is shown',
  'GET /health': 'says whether the platform works, nothing about anybody',
  'POST /csp-reports': 'counts what browsers report of pages, without addresses or people',
  'GET /openapi.json': 'the list of these rows',
  'GET /fhir/R4/metadata': 'what the server can do',
  'GET /fhir/R4/OperationDefinition/enishi-:name': 'what an operation takes',
  'GET /fhir/R4/.well-known/smart-configuration': 'where tokens are and how they are asked for',
  'GET /.well-known/smart-configuration': 'where tokens are and how they are asked for',
  'GET /.well-known/openid-configuration': 'where tokens are and how they are asked for',
  'GET /.well-known/oauth-authorization-server': 'where tokens are and how they are asked for',
  'GET /oauth/jwks': 'public keys',
  'GET /oauth/end-session': 'asks whoever came whether to sign out, and shows them their own name alone',
  'GET /log/checkpoint': 'size, root and signature of the log, nothing about anybody',
  'GET /log/consistency': 'hashes of the log’s tree, nothing about anybody',
  'mount /assets': 'style sheets and fonts',
  'mount /islands': 'scripts of the pages',
  'mount /demo/ca': 'the revocation list of the demo CA, made of random serials',
  'mount /demo/staff-ca': 'the revocation list of the demo CA for staff, made of random serials',
  'GET /': 'the front page',
  'GET /statistics': 'counts by month, small ones hidden',
  'GET /statistics.json': 'counts by month, small ones hidden',
  'GET /statistics.csv': 'counts by month, small ones hidden',
  'GET /transparency': 'what is done with data, about nobody',
  'GET /developer': 'addresses and commands for those who connect a system',
  'GET /developer/check': 'an empty form, and examples of people who do not exist',
  'POST /developer/check': 'what the caller sent in comes back with findings; it is neither kept nor logged',
  'GET /terminology/search': 'names of standard codes, asked with every letter that somebody types',
  'GET /developer/terminology': 'names of standard codes and their editions',
  'GET /developer/parameters': 'what can be searched by, which the CapabilityStatement says too',
  'GET /public/legal-bases': 'which laws let which institution see what, and how often, in numbers',
  'GET /disaster': 'how often disaster access was used, in rounded counts',
  'GET /sign-in': 'a form',
  'GET /sign-in/card': 'a form',
  'GET /sign-in/register': 'a form',
  'GET /sign-in/staff': 'a form',
  'POST /sign-in/card/challenge': 'a random number for a card that nobody knows yet; the answer to it is audited',
  'POST /sign-in/passkey/options': 'a random number for a passkey that nobody knows yet; the answer to it is audited',
  'GET /sign-in/again': 'a form',
  'GET /sign-in/locked': 'a form that names nobody',
  'GET /sign-in/invitation': 'a form',
  'GET /sign-in/passkey/offer': 'a form',
  'POST /sign-in/again/passkey/options': 'a random number for a passkey; the answer to it is audited',
  'POST /reader/sessions': 'a random number for a card that nobody knows yet; the answer to it is audited',
  'GET /reader/sessions/:id/state': 'says whether the staff have looked, nothing about anybody',
  'POST /reader/call': 'that somebody at a reader wants the staff; nobody is known',
  'POST /desk/calls': 'that the staff are on their way; nobody is known',
  'GET /reader': 'the empty screen of the reader',
  'GET /desk/eligibility': 'an empty form; the look-up it sends is audited',
  'GET /demo/app': 'the page of an example app; what it shows it reads with a token, which is audited',
  'GET /demo/app/launch': 'the same page, started from a chart',
  'GET /demo/cards': 'people who do not exist; absent without the demo',
  'GET /demo/cards/:n': 'the card of a person who does not exist; absent without the demo',
  'GET /demo/staff/:loginName': 'the secret of a member of staff who does not exist; absent without the demo',
}

/** Writes that anybody may call: who calls is proven, or ended, by what the write itself receives. */
export const openWrites: Record<string, string> = {
  'POST /sign-in/card/challenge': 'comes before anybody is proven',
  'POST /sign-in/staff': 'proves a member of staff by password and code, with a lock after five tries',
  'POST /sign-in/passkey': 'proves somebody by their passkey',
  'POST /sign-in/invitation': 'proves that somebody holds an invitation',
  'POST /sign-in/invitation/:token/passkey': 'the invitation in the address proves who was invited',
  'POST /sign-in/invitation/:token/password': 'the invitation in the address proves who was invited',
  'POST /sign-in/invitation/:token/once': 'the invitation in the address proves who was invited',
  'POST /sign-in/register': 'the cookie proves a card that was shown minutes ago and that nobody has',
  'POST /sign-out': 'ends the session it comes with, whoever that was, also where it had ended',
  'POST /oauth/token': 'proves a system or an app by a signed assertion, its certificate, or the code or refresh token it holds',
  'GET /oauth/authorize': 'an app’s request in a browser: keeps what it asks, shows and gives nothing before the person answers',
  'POST /oauth/authorize': 'the same request as a form, from the app’s own site',
  'GET /oauth/authorize/:uid': 'proven by the cookie of the browser that began; gives the app a code only where the person let it in',
  'POST /log/co-signatures': 'takes only what the key of a named witness has signed',
  'POST /oauth/par': 'proves an app by its key or certificate; one without keeps a request for a minute',
  'POST /oauth/revoke': 'whoever holds a token may give it back',
  'POST /oauth/introspect': 'tells an app about its own tokens alone, and proves which app it is',
  'POST /oauth/interaction/:uid/patient': 'the handler demands the session of a member of staff and the cookie of the browser that began',
  'POST /oauth/interaction/:uid': 'the handler demands the session of the person and the cookie of the browser that began',
}

const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/

/** What a row leaves unsaid. */
export function unsaid(row: Row): string[] {
  const gaps = [
    ...(row.law.trim() === '' ? ['law'] : []),
    ...(japanese.test(row.summary.ja) ? [] : ['summary.ja']),
    ...(row.summary.en.trim() === '' || japanese.test(row.summary.en) ? ['summary.en'] : []),
  ]
  if (row.kind === 'job') return gaps.map((g) => `${name(row)}: ${g}`)
  const more = [
    ...(row.who.length === 0 ? ['who'] : []),
    ...(row.why.length === 0 ? ['why'] : []),
    ...(row.audit.trim() === '' ? ['audit'] : []),
  ]
  return [...gaps, ...more].map((g) => `${name(row)}: ${g}`)
}

/** Rows of the same method and path; parameters count as equal whatever they are called. */
export function twice(rows: readonly Row[]): string[] {
  const seen = Map.groupBy(rows, (row) => name(row).replace(/:[A-Za-z]+/g, ':'))
  return [...seen].filter(([, same]) => same.length > 1).map(([key]) => key)
}

type Lists = { silent?: Record<string, string>; writes?: Record<string, string> }

/** Doors that stand open without being listed as such. */
export function openDoors(rows: readonly Row[], { silent = unaudited, writes = openWrites }: Lists = {}): string[] {
  return rows.flatMap((row) => {
    if (row.kind === 'job') return []
    const isOpen = row.who.includes('public')
    return [
      ...(row.audit === 'none' && !(name(row) in silent) ? [`${name(row)}: not audited, and not listed as showing nothing personal`] : []),
      ...(row.kind === 'write' && isOpen && !(name(row) in writes)
        ? [`${name(row)}: anybody may write, and it is not listed with a reason`]
        : []),
    ]
  })
}

/** Entries of the lists that no row needs any more. */
export const staleDoors = (rows: readonly Row[], { silent = unaudited, writes = openWrites }: Lists = {}): string[] => {
  const names = new Set(rows.map(name))
  return [...Object.keys(silent), ...Object.keys(writes)].filter((n) => !names.has(n))
}

const who = { public: '誰でも / public', citizen: '本人 / citizen', staff: '職員 / staff', system: 'システム / system' } as const

/** The access matrix: what may be called, by whom, why, noted how, by which law. */
export function accessMatrix(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const cells =
      row.kind === 'job'
        ? ['leader', `every ${row.everyMs / 1000} s`, '', '']
        : [row.who.map((w) => who[w]).join('、'), isHttpRow(row) && row.roles ? row.roles.join(', ') : '', row.why.join(', '), row.audit]
    return [`\`${name(row)}\``, row.kind, ...cells, `${row.summary.ja}<br>${row.summary.en}`, row.law]
      .map((c) => c.replaceAll('|', '\\|'))
      .join(' | ')
  })
  const head = ['row', 'kind', 'who', 'roles', 'why', 'audit', 'what', 'law or spec']
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...lines.map((l) => `| ${l} |`)].join('\n')
}

/** Acts of programs that send a resource and stay small, however often they are done; they go on while storage runs low. */
const small = /^\/fhir\/R4\/(?:Subscription|Consent|Patient\/:id\/\$purge)/

/** Rows that take resources and do not say that they fill the disk. */
export const fillingUp = (rows: readonly Row[]): string[] =>
  rows.flatMap((row) =>
    row.kind === 'write' &&
    row.path.startsWith('/fhir/R4') &&
    (row.body === 'text' || row.body === 'bytes') &&
    !row.fills &&
    !small.test(row.path)
      ? [`${row.method} ${row.path}`]
      : [],
  )
