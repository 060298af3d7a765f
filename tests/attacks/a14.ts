import { insertApp, insertAppGrant, insertFacilities, insertStaff } from '#care/person'
import { startSession } from '#kernel/identity'
import { fiveItems, hypertension, potassium } from '../harness/bundles.ts'
import { type Caller, callerOf, type Heard } from '../harness/caller.ts'
import { anApp, DAY_MS, HOSPITAL } from '../harness/platform.ts'
import { pathsOf } from './requests.ts'
import type { Attack, Tried } from './result.ts'
import { openWorld, type World } from './world.ts'

const EVIL = '1310000077'
/** Closes an attribute, a tag and a script, and opens its own. */
const MARK = `"'></title></textarea></script><x-cnry onload=cnry()></x-cnry><script>cnry()</script><img src=x onerror=cnry()>`
const FORMULA = `=cmd|'/c calc'!A1`
const LINK = 'javascript:cnry()//'

/** Somebody whose every text is hostile, an institution and staff of that kind, and what they wrote. */
async function plant(world: World) {
  const { platform } = world
  const { db, clock } = platform
  await insertFacilities(db, [{ institutionNumber: EVIL, name: MARK, nameEn: FORMULA, kind: 'hospital', prefecture: '13' }])
  const person = await platform.enter({ name: `${MARK} 花子`, nameKana: MARK, address: MARK, phone: MARK, postalCode: '' })
  const system = await platform.system(EVIL)
  const patient = { family: MARK, given: MARK, familyKana: 'アク', givenKana: 'イ', gender: 'female' as const, birthDate: '1958-04-12' }
  const about = (localId: string) => ({ memberId: person.memberId!, patient, localId, institution: EVIL })
  await system.submit(fiveItems(about('x-1'), [{ ...hypertension, code: { ...hypertension.code, display: MARK, text: MARK } }]))
  await system.submit(fiveItems(about('x-2'), [{ ...potassium, id: 'x-2' }]))
  const subject = { reference: `Patient/${person.key}` }
  const div = `<div xmlns="http://www.w3.org/1999/xhtml">${MARK}</div>`
  const said: object[] = [
    { resourceType: 'Observation', status: 'final', code: { text: MARK }, subject, valueString: FORMULA },
    { resourceType: 'Condition', code: { text: MARK }, subject, note: [{ text: MARK }] },
    { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject, text: { status: 'generated', div } },
    { resourceType: 'MedicationRequest', status: 'active', intent: 'order', medicationCodeableConcept: { text: MARK }, subject },
    { resourceType: 'AllergyIntolerance', clinicalStatus: { text: MARK }, code: { text: MARK }, patient: subject },
    {
      resourceType: 'DocumentReference',
      status: 'current',
      subject,
      description: MARK,
      content: [{ attachment: { contentType: MARK, url: LINK, title: MARK } }],
    },
    ...['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml'].map((contentType) => ({
      ...{ resourceType: 'Binary', contentType, securityContext: subject },
      data: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><script>cnry()</script></svg>${MARK}`).toString('base64'),
    })),
  ]
  const places: string[] = []
  for (const resource of said) {
    const type = (resource as { resourceType: string }).resourceType
    const heard = await system.post(`/fhir/R4/${type}`, resource)
    if (heard.status === 201) places.push(`${type}/${heard.body.id}`)
  }
  await platform.relate(person.key, EVIL)
  await platform.consent(person.key, EVIL, { diagnosis: true })
  await insertApp(db, clock.at, anApp('evil', ['patient/*.rs'], { name: MARK, nameEn: MARK, maker: MARK, logoText: '<', about: { ja: MARK, en: MARK }, homepageUrl: LINK, privacyUrl: LINK, institutionNumber: EVIL })) // biome-ignore format: one app
  await insertAppGrant(db, { id: 'evil-grant', clientId: 'evil', subject: { kind: 'citizen', id: person.personId }, scopes: ['patient/*.rs'], patientKey: person.key, grantedAt: clock.at, until: new Date(clock.at.getTime() + DAY_MS) }) // biome-ignore format: one grant
  return { person, places, system }
}

async function staffOf(
  world: World,
  role: 'physician' | 'clerk' | 'operator' | 'administrator' | 'auditor',
  institutionNumber: string,
  name: string,
): Promise<Caller> {
  const { db, clock, app } = world.platform
  const id = `evil-${role}-${institutionNumber}`
  await insertStaff(db, { id, loginName: id, name, role, institutionNumber, passwordHash: '', totpSecret: '' })
  return callerOf(app, { cookie: `enishi_session=${await startSession(db, clock.at, { kind: 'staff', id, provenBy: 'passkey' })}` })
}

/** Fields of a CSV. @spec RFC 4180 */
const fieldsOf = (csv: string): string[] =>
  [...csv.replace(/^\ufeff/, '').matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(?:,|\r?\n|$)/g)].map((m) =>
    (m[1] ?? '').replace(/^"|"$/g, '').replaceAll('""', '"'),
  )

/** What an answer would make a browser or a spreadsheet run. */
export function runs({ status, headers, text }: Pick<Heard, 'status' | 'headers' | 'text'>): string[] {
  const type = headers['content-type'] ?? ''
  const csp = headers['content-security-policy'] ?? ''
  const isDocument = /html|svg|xml/.test(type) && !/fhir\+xml/.test(type)
  const found: string[] = []
  if (isDocument && /<x-cnry|<script>cnry|<img src=x/i.test(text)) found.push('holds the mark as markup')
  if (isDocument && /(?:href|src|action|formaction)\s*=\s*["']?\s*javascript:/i.test(text)) found.push('holds a script as a link')
  if (
    isDocument &&
    !/^text\/html/.test(type) &&
    !/sandbox/.test(csp) &&
    !/attachment/.test(headers['content-disposition'] ?? '') &&
    /cnry/.test(text)
  )
    found.push(`hands out ${type} to be opened here`)
  if (headers['x-content-type-options'] !== 'nosniff') found.push('lets the browser guess the type')
  if (/^text\/html/.test(type) && (!/script-src|default-src/.test(csp) || /unsafe-inline|unsafe-eval|script-src[^;]*\*/.test(csp)))
    found.push('has no policy for scripts')
  if (/^text\/html/.test(type) && /<script(?![^>]*\bsrc=)(?![^>]*type="application\/json")[^>]*>[^<]/i.test(text))
    found.push('holds an inline script')
  if (/csv/.test(type)) for (const field of fieldsOf(text)) if (/^[=+\-@\t\r]/.test(field)) found.push(`CSV field ${field.slice(0, 30)}`)
  if (type === '' && text !== '') found.push('does not say what it is')
  return status >= 500 ? [...found, `${status}`] : found
}

async function attack(world: World, most: number): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const { person, places } = await plant(world)
  const { platform } = world
  const who: [string, Caller][] = [
    ['nobody', platform.public()],
    ['the person', await platform.citizen(person)],
    ['a physician there', await staffOf(world, 'physician', EVIL, MARK)],
    ['a clerk there', await staffOf(world, 'clerk', EVIL, FORMULA)],
    ['an administrator there', await staffOf(world, 'administrator', EVIL, MARK)],
    ['an operator', await staffOf(world, 'operator', HOSPITAL, MARK)],
    ['an auditor', await staffOf(world, 'auditor', HOSPITAL, MARK)],
    ['the system there', await platform.system(EVIL)],
  ]
  const victim = {
    ...world.victim,
    key: person.key,
    personId: person.personId,
    resources: places,
    ids: [...places.map((p) => p.split('/')[1]!), 'evil', 'evil-grant', EVIL, 'evil-physician-1310000077'],
  }
  const mark = encodeURIComponent(MARK)
  const queries = [
    '',
    `?q=${mark}&name=${mark}&next=${mark}&code=${mark}&error=${mark}&lang=en`,
    `?q=${encodeURIComponent('花子')}&lang=en`,
    `?next=${encodeURIComponent(LINK)}&url=${encodeURIComponent(LINK)}&redirect_uri=${encodeURIComponent(LINK)}&client_id=evil`,
  ]
  const pages = world.rows.filter((row) => row.method === 'GET')
  for (const [name, caller] of who) {
    for (const row of pages) {
      const marked = row.path.includes(':') ? [row.path.replace(/:[A-Za-z]+/g, encodeURIComponent('"><x-cnry>'))] : []
      for (const path of [...new Set([...pathsOf(row, { ...world, victim }), ...marked])].slice(0, most)) {
        const sent = queries
          .slice(0, path.includes('/fhir/') ? 1 : 4)
          .flatMap((query) =>
            ['text/html', ...(query === '' ? ['*/*', 'image/svg+xml'] : [])].map((accept) => ({ url: path + query, accept })),
          )
        for (const { url, accept } of sent) {
          const heard = await caller.get(url, { accept })
          result.tried++
          for (const wrong of runs(heard)) result.leaks.push(`${name}: ${url.slice(0, 90)} (${accept}) ${wrong}`)
        }
      }
    }
  }
  for (const [name, caller] of who) await posted(world, name, caller, result)
  return result
}

/** Forms that come back with what was typed. */
async function posted(world: World, name: string, caller: Caller, result: Tried): Promise<void> {
  const names = [
    'q',
    'name',
    'text',
    'csv',
    'code',
    'reason',
    'note',
    'loginName',
    'password',
    'identifier',
    'url',
    'next',
    'message',
    'title',
    'query',
    'birthDate',
    'address',
  ]
  const body = new URLSearchParams(names.map((n) => [n, MARK])).toString()
  for (const row of world.rows.filter((r) => r.method === 'POST' && !r.path.startsWith('/fhir') && !/sign-out/.test(r.path))) {
    const heard = await caller.send('POST', pathsOf(row, world)[0]!, body, {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html',
    })
    result.tried++
    for (const wrong of runs(heard)) result.leaks.push(`${name}: POST ${row.path} ${wrong}`)
  }
}

const unescaped = (html: string) =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&amp;', '&')

/** The product made wrong: pages say what they were told as it came. */
function trusting(world: World): void {
  for (const row of world.rows) {
    if (row.kind !== 'read') continue
    const { handle } = row
    Object.assign(row, {
      async handle(...about: Parameters<typeof handle>) {
        const answer = await handle(...about)
        const { page } = answer
        return page ? { ...answer, page: () => unescaped(page()) } : answer
      },
    })
  }
}

/** A14: what a browser or a spreadsheet would run. */
export const a14: Attack = {
  what: 'markup, scripts and formulas as names, texts, narratives, files and parameters, looked at on every page, answer and CSV by everybody who may',
  control: 'pages that do not escape',
  async run({ mutated, quick }) {
    const world = await openWorld({ blind: false })
    try {
      if (mutated) trusting(world)
      return await attack(world, quick || mutated ? 2 : 40)
    } finally {
      await world.close()
    }
  },
}
