/** Tables of `docs/security` that are made of the program itself, so that they do not go stale: cryptography, keys, data, components. */
import { erasurePlan } from '../../app/erasure-plan.ts'
import { placements } from '../../app/placements.ts'
import type { Source } from './sources.ts'

export type Cryptography = { what: string; algorithms: string[]; where: string[]; quantum: string; change: string; note?: string }
export type KeyKind = { what: string; where: string; who: string; life: string; roll: string; destroy: string; lost: string; test?: string }

const cell = (text: string) => text.replaceAll('|', '\\|')
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

const uses =
  /from '(node:crypto|node:tls|jose|otpauth|web-push|oidc-provider|openid-client|@simplewebauthn\/[a-z]+|\.\/crypto\.ts)'|crypto\.(subtle|randomUUID|getRandomValues)/
const named =
  /\b(aes-256-gcm|sha-?1|sha-?256|sha-?384|ed25519|x25519|scrypt|hkdf|rsassa-pkcs1-v1_5|es256|es384|eddsa|ps256|ps384|rs256|rs384|md5|des|rc4|aes-\d+-(?:cbc|ecb|ctr))\b/gi
const plain = (name: string): string => (name === 'rsassa-pkcs1-v1_5' ? 'rs256' : name.replace('sha-', 'sha'))

/** Algorithms that a source names, where it uses cryptography at all; undefined where it does not. */
export function algorithmsIn({ text }: Source): string[] | undefined {
  // A comment that says what is refused is no use of it.
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/[^\n]*/gm, '')
  return uses.test(text) ? [...new Set([...code.matchAll(named)].map(([, name = '']) => plain(name.toLowerCase())))] : undefined
}

/** What runs in production and is our own. */
export const isProgram = (path: string): boolean =>
  /^(kernel|app|adapters|care|packages|portals|ui)\//.test(path) &&
  !/\.(test|fixture)\.tsx?$|test-lab|\/testing\/|\/generated\/|\/fixtures\//.test(path)

const covers = (row: Cryptography, path: string): boolean =>
  row.where.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)))

/** Uses of cryptography that the inventory does not know, and entries of it that nothing uses. */
export function unlisted(rows: readonly Cryptography[], sources: readonly Source[]): string[] {
  const using = sources.flatMap((source) => {
    const algorithms = isProgram(source.path) ? algorithmsIn(source) : undefined
    return algorithms === undefined ? [] : [{ path: source.path, algorithms }]
  })
  return [
    ...using.flatMap(({ path, algorithms }) => {
      const rowsOf = rows.filter((row) => covers(row, path))
      if (rowsOf.length === 0) return [`${path}: uses cryptography and is not in the inventory`]
      return algorithms
        .filter((name) => !rowsOf.some((row) => row.algorithms.includes(name)))
        .map((name) => `${path}: names ${name}, which the inventory does not`)
    }),
    ...rows.flatMap((row) =>
      row.where
        .filter((place) => !using.some(({ path }) => path === place || (place.endsWith('/') && path.startsWith(place))))
        .map((place) => `${place}: in the inventory, and uses none`),
    ),
  ]
}

export const cryptographyDocument = (rows: readonly Cryptography[]): string =>
  table(
    ['for what', 'with what', 'where', 'changed how', 'quantum computers', 'remark'],
    rows.map((row) => [
      row.what,
      row.algorithms.join(', '),
      row.where.map((path) => `\`${path}\``).join(', '),
      row.change,
      row.quantum,
      row.note ?? '',
    ]),
  )

export const keysDocument = (rows: readonly KeyKind[]): string =>
  table(
    ['key', 'where', 'who uses it', 'how long', 'rolled how', 'destroyed how', 'lost or stolen'],
    rows.map((row) => [row.what, row.where, row.who, row.life, row.roll, row.destroy, row.lost]),
  )

/** Classes of data, the most sensitive first. */
export const classes = {
  health: 'tells something about somebody’s health (要配慮個人情報), or that they were treated',
  secret: 'lets somebody in, or would let others in',
  person: 'who somebody is, where they live, what they allowed, where they go',
  proof: 'who did what; what was decided, and why',
  register: 'institutions, staff, systems and apps, and how the platform runs',
  open: 'about nobody',
} as const
export type DataClass = keyof typeof classes

/** Which class a table is of; a whole schema, or a table by name, which goes before its schema. */
export const classOf: Readonly<Record<string, DataClass>> = {
  'record.': 'health', 'record.search_parameter': 'register', 'record.reindex': 'register', 'record.condition': 'register',
  'signature.': 'health', 'signature.certificate': 'register',
  'subscription.': 'register', 'subscription.event': 'health',
  'bulk.': 'health', 'bulk.patient_alias': 'person',
  'eligibility.': 'person', 'eligibility.specific_disease': 'health', 'eligibility.subsidy': 'health', 'eligibility.limit_certificate': 'health', 'eligibility.card_use_month': 'open', 'eligibility.staff_call': 'register',
  'consent.': 'person', 'consent.event': 'proof', 'consent.emergency': 'proof', 'consent.emergency_review': 'proof', 'consent.disaster': 'register', 'consent.disaster_institution': 'register', 'consent.legal_basis': 'register',
  'person.': 'person', 'person.facility': 'register', 'person.staff': 'secret', 'person.client': 'register', 'person.client_key': 'register', 'person.department': 'register', 'person.assignment': 'register', 'person.licence': 'register', 'person.change': 'register', 'person.app': 'register',
  'emergency.': 'proof', 'disaster.': 'proof', 'disaster.request': 'register', 'oversight.': 'proof', 'oversight.progress': 'open',
  'question.': 'proof', 'erasure.': 'proof', 'erasure.generation': 'register',
  'notice.': 'person', 'notice.progress': 'open', 'notice.touched': 'proof',
  'sign_in.': 'secret', 'sign_in.change': 'proof', 'sign_in.kept_place': 'person', 'sign_in.launch': 'person',
  'kernel.': 'register', 'kernel.audit': 'proof', 'kernel.audit_node': 'open', 'kernel.audit_checkpoint': 'open', 'kernel.audit_cosignature': 'open', 'kernel.audit_key': 'open', 'kernel.outbox': 'health', 'kernel.idempotency': 'health',
  'kernel.session': 'secret', 'kernel.key_ring': 'secret', 'kernel.sign_in_failure': 'secret', 'kernel.used_once': 'secret', 'kernel.used_proof': 'secret', 'kernel.security_count': 'open',
  'terminology.': 'open', 'statistics.': 'open', 'demo.': 'open',
} // biome-ignore format: a table

export const classFor = (name: string): DataClass | undefined => classOf[name] ?? classOf[`${name.split('.')[0]}.`]

/** Tables without a class, and entries that no table needs. */
export function unclassed(tables: readonly string[]): string[] {
  const used = new Set(tables.map((name) => (name in classOf ? name : `${name.split('.')[0]}.`)))
  return [
    ...tables.filter((name) => classFor(name) === undefined).map((name) => `${name}: of no class`),
    ...Object.keys(classOf)
      .filter((name) => !used.has(name))
      .map((name) => `${name}: no such table`),
  ]
}

const endOf = (name: string): string => {
  const rules = erasurePlan.filter((rule) => rule.table === name)
  if (rules.length === 0) return name.startsWith('record.') ? 'with the record' : ''
  const words = { record: 'with the record', registration: 'with the registration', kept: 'kept' } as const
  return [...new Set(rules.map((rule) => `${words[rule.goes]}: ${rule.because}`))].join('; ')
}
const placeOf = (name: string): string => {
  const where = placements[name]?.where
  if (where === undefined) return 'by patient key'
  return typeof where === 'string' ? where : `by ${where.by}`
}

/** Every table by class: where it lives, and what becomes of it when somebody is erased. */
export function dataDocument(tables: readonly string[]): string {
  const sections = (Object.keys(classes) as DataClass[]).map((of) => {
    const rows = tables.filter((name) => classFor(name) === of).sort()
    const body = table(
      ['table', 'lives', 'when somebody is erased'],
      rows.map((name) => [`\`${name}\``, placeOf(name), endOf(name)]),
    )
    return `### ${of}: ${classes[of]}\n\n${body}`
  })
  return sections.join('\n\n')
}

export type Lock = { packages: Record<string, { version?: string; license?: string; dev?: boolean; optional?: boolean }> }
export type Manifest = { dependencies: Record<string, string>; optionalDependencies: Record<string, string> }

/** What each of our direct dependencies is for. */
export function componentsDocument(lock: Lock, manifest: Manifest, what: Readonly<Record<string, string>>): string {
  const direct = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).sort()
  const all = Object.entries(lock.packages).filter(([path, one]) => path !== '' && one.dev !== true)
  const licences = [...Map.groupBy(all, ([, one]) => one.license ?? '?')].map(([name, of]) => `${name} ${of.length}`).sort()
  const rows = direct.map((name) => {
    const one = lock.packages[`node_modules/${name}`]
    return [name, one?.version ?? '', one?.license ?? '', what[name] ?? '']
  })
  return `${direct.length} that the program names, ${all.length} with all they bring. Licences: ${licences.join(', ')}.\n\n${table(['component', 'version', 'licence', 'for what'], rows)}`
}
