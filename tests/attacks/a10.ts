import { sql } from 'kysely'
import { z } from 'zod'
import { lead } from '#kernel/leader'
import { type Outbound, outbound, parseAllowedHosts, type Resolve } from '#kernel/outbound'
import { handOut } from '#kernel/outbox'
import type { HttpRow } from '#kernel/route'
import { HOSPITAL } from '../harness/platform.ts'
import { pathsOf } from './requests.ts'
import type { Attack, Tried } from './result.ts'
import type { Sent } from './sweep.ts'
import { openTrap, type Trap } from './trap.ts'
import { type Attacker, openWorld, type World } from './world.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** One address in the spellings by which lists are walked around. */
const spellings = (port: number): string[] => [
  `http://127.0.0.1:${port}/x`,
  `http://localhost:${port}/x`,
  `http://[::ffff:127.0.0.1]:${port}/x`,
  `http://0x7f000001:${port}/x`,
  `http://2130706433:${port}/x`,
  `http://127.1:${port}/x`,
  `http://hooks.example.jp@127.0.0.1:${port}/x`,
  `http://hooks.example.jp:${port}/x`,
  `http://hooks.example.jp.evil.example:${port}/x`,
  `http://127.0.0.1:${port}\\@hooks.example.jp/x`,
]

/** Names by which a member of a request may say where something lies. */
const NAMES = ['url', 'uri', 'href', 'endpoint', 'profile', 'jwks_uri', 'request_uri', 'redirect_uri', 'sector_identifier_uri', 'logo_uri', 'launchUrl', 'redirectUris', 'homepageUrl', 'privacyUrl', 'metadata', 'issuer', 'iss', 'discovery', 'server', 'keys', 'p256dh', 'ocsp', 'next', 'address'] // biome-ignore format: a list

const members = (row: HttpRow): string[] => {
  if (row.schema === undefined) return []
  try {
    return Object.keys((z.toJSONSchema(row.schema, { unrepresentable: 'any' }) as { properties?: object }).properties ?? {})
  } catch {
    return []
  }
}

/** A write with the address in every member that the row takes, and in every one that it might. */
function written(row: HttpRow, path: string, url: string): Sent[] {
  const all = Object.fromEntries([...new Set([...NAMES, ...members(row)])].map((name) => [name, url]))
  const method = row.method
  return [
    { method, url: path, payload: JSON.stringify(all), headers: JSON_TYPE },
    { method, url: path, payload: new URLSearchParams(all).toString(), headers: FORM },
  ]
}

/** FHIR that names places: orders, profiles, guides, imports, value sets, attachments. */
function fhir(url: string): Sent[] {
  const post = (path: string, payload: object, headers: Record<string, string> = {}): Sent => ({
    method: 'POST',
    url: `/fhir/R4/${path}`,
    payload,
    headers,
  })
  const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })
  const patient = { resourceType: 'Patient', name: [{ text: '試 し' }], meta: { profile: [url] }, photo: [{ url }] }
  return [
    post('Subscription', {
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'x',
      criteria: 'Observation',
      channel: { type: 'rest-hook', endpoint: url, payload: 'application/fhir+json' },
    }),
    post('Patient/$validate', patient),
    post('Patient/$validate', parameters({ name: 'resource', resource: patient }, { name: 'profile', valueUri: url })),
    post('ValueSet/$expand', parameters({ name: 'url', valueUri: url })),
    post(
      'ValueSet/$expand',
      parameters({
        name: 'valueSet',
        resource: { resourceType: 'ValueSet', status: 'active', compose: { include: [{ valueSet: [url] }, { system: url }] } },
      }),
    ),
    post('CodeSystem/$lookup', parameters({ name: 'system', valueUri: url }, { name: 'code', valueCode: 'x' })),
    post('ImplementationGuide', {
      resourceType: 'ImplementationGuide',
      url,
      name: 'X',
      status: 'draft',
      packageId: 'x',
      fhirVersion: ['4.0.1'],
      dependsOn: [{ uri: url }],
    }),
    post(
      '$import',
      { inputFormat: 'application/fhir+ndjson', inputSource: url, storageDetail: { type: 'https' }, input: [{ type: 'Patient', url }] },
      { prefer: 'respond-async' },
    ),
    post(
      '$import',
      parameters(
        { name: 'inputSource', valueUri: url },
        {
          name: 'input',
          part: [
            { name: 'type', valueCode: 'Patient' },
            { name: 'url', valueUrl: url },
          ],
        },
      ),
      { prefer: 'respond-async' },
    ),
    post('Patient', { ...patient, generalPractitioner: [{ reference: url }], managingOrganization: { reference: url } }),
    { method: 'GET', url: `/fhir/R4/Patient/$validate?profile=${encodeURIComponent(url)}` },
    { method: 'GET', url: `/fhir/R4/ValueSet/$expand?url=${encodeURIComponent(url)}` },
    { method: 'GET', url: `/fhir/R4/StructureDefinition?url=${encodeURIComponent(url)}` },
    { method: 'GET', url: `/fhir/R4/Observation?subject=${encodeURIComponent(url)}&_profile=${encodeURIComponent(url)}` },
  ]
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Tokens and requests whose headers say where the keys lie. */
function oauth(url: string): Sent[] {
  const jwt = `${part({ alg: 'ES384', jku: url, x5u: url, kid: url, typ: 'JWT' })}.${part({ iss: url, sub: url, aud: url, jti: 'x', exp: 2e9 })}.AAAA`
  const form = { client_id: url, request_uri: url, redirect_uri: url, response_type: 'code', client_assertion: jwt, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', grant_type: 'client_credentials', request: jwt, id_token_hint: jwt, post_logout_redirect_uri: url, jwks_uri: url } // biome-ignore format: a form
  const body = new URLSearchParams(form).toString()
  return [
    ...['/oauth/token', '/oauth/par', '/oauth/revoke', '/oauth/introspect'].map(
      (at): Sent => ({ method: 'POST', url: at, payload: body, headers: FORM }),
    ),
    { method: 'GET', url: `/oauth/authorize?${body}` },
    { method: 'GET', url: '/fhir/R4/Patient', headers: { authorization: `Bearer ${jwt}` } },
    { method: 'GET', url: '/fhir/R4/Patient', headers: { authorization: `DPoP ${jwt}`, dpop: jwt } },
  ]
}

/** Lets what was put off run: hand-out of messages, deliveries, imports. */
async function workLater(world: World): Promise<void> {
  const { platform, services } = world
  for (let turn = 0; turn < 3; turn++) {
    await sql`update kernel.leader set beat_at = 'epoch'`.execute(platform.db)
    const { epoch } = (await lead(platform.db, `a10-${turn}`))!
    await handOut(platform.db, { epoch, now: platform.clock.now(), takers: [services.subscription.feed] })
    await (await services.subscription.worker.deliverDue({ db: platform.db, epoch, now: platform.clock.now })).settled
    await services.bulk.work({ db: platform.db, epoch, now: () => platform.clock.at }).catch(() => undefined)
    platform.clock.forward(2_000)
  }
}

async function attack(world: World, trap: Trap, quick: boolean): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const { platform } = world
  const system: Attacker = { name: 'the hospital’s system', caller: await platform.system(HOSPITAL), may: () => true }
  const who = [...world.attackers.filter((a) => /^(nobody|the person$|operator of 1310000019|a stranger)/.test(a.name)), system]
  const judge = (what: string) => {
    result.tried++
    const calls = trap.caught()
    if (calls.length > result.leaks.length) result.leaks.push(`${what} → called: ${calls.at(-1)?.slice(0, 160)}`)
  }
  const urls = quick ? spellings(trap.port).slice(0, 4) : spellings(trap.port)
  for (const attacker of who) {
    for (const url of urls) {
      const rows = world.rows.filter((row) => row.method !== 'GET' && !/sign-out|withdraw/.test(row.path))
      const sent = [
        ...fhir(url),
        ...oauth(url),
        ...(url === urls[0] || !quick ? rows.flatMap((row) => written(row, pathsOf(row, world)[0]!, url)) : []),
      ]
      for (const { method, url: at, payload, headers } of sent) {
        const heard = await attacker.caller.send(method, at, payload, headers)
        if (heard.status >= 500)
          result.leaks.push(`${attacker.name}: ${method} ${at} with ${url} → ${heard.status} ${heard.text.slice(0, 160)}`)
        judge(`${attacker.name}: ${method} ${at} with ${url}`)
      }
    }
  }
  await workLater(world)
  judge('work that was put off')
  return result
}

/** The way out itself: names that change their mind, addresses in other clothes, redirects, hosts that begin like a good one. */
async function wayOut(make: (hosts: string, resolve?: Resolve) => Outbound): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const trap = await openTrap()
  const leading = await openTrap({ status: 302, headers: { location: `http://127.0.0.1:${trap.port}/x` } })
  const call = { method: 'POST' as const, headers: { authorization: 'Bearer secret' }, body: '{}', timeoutMs: 2_000 }
  const answers = (...all: string[]): Resolve => {
    let n = 0
    return async () => [{ address: all[Math.min(n++, all.length - 1)]!, family: all[0]!.includes(':') ? 6 : 4 }]
  }
  const rows: [what: string, hosts: string, url: string, resolve?: Resolve][] = [
    ...spellings(trap.port).map((url): [string, string, string] => [`not on the list: ${url}`, 'hooks.example.jp:*+http', url]),
    ['a good name that leads inside', 'hooks.example.jp:*+http', `http://hooks.example.jp:${trap.port}/`, answers('127.0.0.1')],
    [
      'a good name that leads inside, in IPv6',
      'hooks.example.jp:*+http',
      `http://hooks.example.jp:${trap.port}/`,
      answers('::ffff:127.0.0.1'),
    ],
    [
      'a name that changes its mind',
      'hooks.example.jp:*+private+http',
      `http://hooks.example.jp:${trap.port}/`,
      answers('127.0.0.9', '127.0.0.1'),
    ],
    [
      'a host that begins like a good one',
      'good.example:*+private+http',
      `http://good.example.evil.example:${trap.port}/`,
      answers('127.0.0.1'),
    ],
    ['a good name as credentials', 'good.example:*+private+http', `http://good.example@127.0.0.1:${trap.port}/`, answers('127.0.0.1')],
    ['a redirect', '127.0.0.1:*+private+http', `http://127.0.0.1:${leading.port}/`],
    ['without TLS where TLS is asked', 'hooks.example.jp:*+private', `http://hooks.example.jp:${trap.port}/`, answers('127.0.0.1')],
  ]
  for (const [what, hosts, url, resolve] of rows) {
    const before = trap.caught().length
    await make(hosts, resolve).call({ ...call, url })
    result.tried++
    if (trap.caught().length > before) result.leaks.push(`${what} → called`)
  }
  await leading.close()
  await trap.close()
  return result
}

/** The way out made wrong: whatever is asked for is called, wherever it leads on. */
const trusting = (): Outbound => ({
  whyNot: () => null,
  call: async ({ url, method, headers, body }) => {
    const answer = await fetch(url, { method, headers: { ...headers }, body }).catch(() => null)
    return answer === null ? { outcome: 'failed', reason: 'unreachable' } : { outcome: 'status', status: answer.status, retryAfterMs: null }
  },
})

/** A10: addresses that somebody sends, so that the platform calls them. */
export const a10: Attack = {
  what: 'server-side requests: addresses in every member of every write row, in FHIR, in tokens and requests of OAuth; names that change their mind, mapped addresses, redirects, hosts that begin like a good one',
  control: 'a way out that calls whatever it is given',
  async run({ mutated, quick }) {
    const [trap, own] = [await openTrap(), (hosts: string, resolve?: Resolve) => outbound(parseAllowedHosts(hosts), resolve)]
    const world = await openWorld({
      blind: false,
      hooks: mutated ? trusting() : own('hooks.example.jp:*+http', async () => [{ address: '127.0.0.1', family: 4 }]),
    })
    try {
      const first = await attack(world, trap, quick || mutated)
      const second = await wayOut(mutated ? trusting : own)
      return { tried: first.tried + second.tried, leaks: [...first.leaks, ...second.leaks] }
    } finally {
      await world.close()
      await trap.close()
    }
  },
}
