/** The CapabilityStatement is asked of the running server: every claim, and what lies beside it. @spec FHIR R4 CapabilityStatement */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Resource, resourceTypes, validateResource } from '#packages/fhir'
import { searchJobs } from '#care/record'
import { lead } from '#kernel/leader'
import { isHttpRow } from '#kernel/route'
import { forgetFreshness } from '../../care/record/search/custom.ts'
import { openServed, type Served } from '../harness/served.ts'
import { type Ask, askAt, askIncludes, askInteractions, askSearches, isUnserved, ruleOf, type Statement, together } from './claims.ts'

let served: Served
let ask: Ask
let nobody: Ask
let statement: Statement
let key: string

beforeAll(async () => {
  served = await openServed()
  const client = await served.client('claims')
  let held = await client.token()
  let until = performance.now() + 200_000
  const refreshed: Ask = async (...asked) => {
    if (performance.now() > until) [held, until] = [await client.token(), performance.now() + 200_000]
    return askAt(served.base, () => ({ authorization: `Bearer ${held.access_token}` }))(...asked)
  }
  ask = refreshed
  nobody = askAt(served.base, () => ({}))
  key = await served.enter()
  statement = (await nobody('GET', 'metadata')).body as unknown as Statement
}, 60_000)
afterAll(() => served?.close())

const rest = () => statement.rest[0]!
/** What is wrong with a resource; that it has no narrative is not. */
const errors = (resource: object) => validateResource(resource as Resource).filter((f) => f.severity === 'error')

describe('the statement', () => {
  test('is sound R4, and lists every type but those nobody serves', () => {
    expect(errors(statement)).toEqual([])
    const listed = rest().resource.map((r) => r.type)
    expect(resourceTypes.filter((type) => !listed.includes(type))).toEqual(['CapabilityStatement', 'OperationOutcome', 'Parameters'])
  })

  test('has parameters, includes, operations, formats, the WebSocket and bulk data in it', () => {
    const patient = rest().resource.find((r) => r.type === 'Patient')!
    expect(patient.searchParam!.map((p) => p.name)).toEqual(
      expect.arrayContaining(['_id', '_lastUpdated', 'name', 'identifier', 'birthdate']),
    )
    expect(patient.searchRevInclude).toContain('Observation:subject')
    expect(patient.operation!.map((o) => o.name)).toEqual(expect.arrayContaining(['everything', 'export', 'meta', 'purge']))
    expect([patient.updateCreate, patient.interaction.some((i) => i.code === 'delete')]).toEqual([false, false])
    expect(rest().interaction.map((i) => i.code)).toEqual(['transaction', 'batch', 'history-system', 'search-system'])
    expect(rest().extension).toEqual([
      {
        url: 'http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket',
        valueUri: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/fhir\/R4\/\$subscription-socket$/),
      },
    ])
    expect(statement.instantiates).toEqual([
      'http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data',
      'http://hl7.org/fhir/CapabilityStatement/terminology-server',
    ])
    expect(statement.patchFormat).toContain('application/json-patch+json')
  })

  test('comes in both forms claimed, and tells of terminology when asked', async () => {
    for (const format of statement.format) {
      const answer = await nobody('GET', `metadata?_format=${encodeURIComponent(format)}`)
      expect([format, answer.status, answer.text.includes('CapabilityStatement')]).toEqual([format, 200, true])
    }
    const terminology = await nobody('GET', 'metadata?mode=terminology')
    expect([terminology.status, terminology.body.resourceType]).toEqual([200, 'TerminologyCapabilities'])
    expect(errors(terminology.body)).toEqual([])
    expect((await nobody('GET', 'metadata?mode=nonsense')).status).toBe(400)
  })
})

describe('every interaction of every type', () => {
  test('answers where it is claimed, and is refused clearly where it is not', async () => {
    const { asked, wrong } = await askInteractions(statement, ask)
    console.info(`interactions asked: ${asked}`)
    expect(wrong).toEqual([])
    expect(asked).toBe(resourceTypes.length * 14)
  }, 120_000)

  test('a type that R4 does not have has none', async () => {
    expect((await askInteractions(statement, ask, ['Nonsense', 'DomainResource'])).wrong).toEqual([])
  })

  test.each(['vread', 'delete'])(
    'the control: without the rows of %s the claims are found false',
    async (missing) => {
      const shape = missing === 'vread' ? /\/:id\/_history\/:version$/ : /^\/fhir\/R4\/:type\/:id$/
      const method = missing === 'vread' ? 'GET' : 'DELETE'
      const less = await openServed({
        rows: (rows) => rows.filter((row) => !(isHttpRow(row) && row.method === method && shape.test(row.path))),
      })
      const { access_token } = await (await less.client('claims')).token()
      const asking = askAt(less.base, () => ({ authorization: `Bearer ${access_token}` }))
      const { wrong } = await askInteractions(statement, asking, ['Observation'])
      await less.close()
      expect(wrong).toEqual([expect.stringContaining(`Observation ${missing} is claimed`)])
    },
    60_000,
  )
})

describe('every search parameter', () => {
  test('of every type is taken under strict handling, plain and with every modifier claimed; others are refused', async () => {
    const { asked, wrong, parameters } = await askSearches(statement, ask)
    console.info(`search parameters claimed: ${parameters}; asked with their modifiers and without claim: ${asked}`)
    expect(wrong).toEqual([])
  }, 300_000)

  test('the control: a claim too many is found, of a parameter, a modifier or an include', async () => {
    const claim = { type: 'Observation', interaction: [], searchInclude: ['Observation:nonsense'] }
    const searchParam = [
      { name: 'nonsense', type: 'string' },
      { name: 'date', type: 'date', documentation: ':exact' },
    ]
    const told = { ...statement, rest: [{ ...rest(), resource: [{ ...claim, searchParam }] }] }
    expect((await askSearches(told, ask)).wrong).toEqual([expect.stringContaining('Observation?nonsense=x')])
    expect(
      (await askSearches({ ...told, rest: [{ ...told.rest[0]!, resource: [{ ...claim, searchParam: [searchParam[1]!] }] }] }, ask)).wrong,
    ).toEqual([expect.stringContaining('Observation?date=2026-01-01&date%3Aexact')])
    expect((await askIncludes(told, ask)).wrong).toHaveLength(1)
  })

  test('and every include', async () => {
    const { asked, wrong } = await askIncludes(statement, ask)
    console.info(`includes asked: ${asked}`)
    expect(wrong).toEqual([])
  }, 120_000)

  test('that somebody defined is claimed once it is indexed', async () => {
    const search = {
      resourceType: 'SearchParameter',
      id: 'claims-nickname',
      url: 'http://example.jp/SearchParameter/nickname',
      name: 'nickname',
      status: 'active',
      description: '呼び名',
      code: 'nickname',
      base: ['Practitioner'],
      type: 'string',
      expression: 'Practitioner.name.text',
    }
    expect((await ask('PUT', 'SearchParameter/claims-nickname', { body: search })).status).toBe(201)
    const claimed = async () => {
      const now = (await nobody('GET', 'metadata')).body as unknown as Statement
      return now.rest[0]!.resource.find((r) => r.type === 'Practitioner')!.searchParam!.find((p) => p.name === 'nickname')
    }
    const reindex = searchJobs().find((row) => row.name === 'record.reindex')
    const end = performance.now() + 20_000
    while (!(await claimed()) && performance.now() < end) {
      await reindex?.run({ db: served.db, now: new Date(), epoch: (await lead(served.db, 'test'))!.epoch })
      forgetFreshness()
    }
    expect(await claimed()).toMatchObject({ name: 'nickname', type: 'string' })
    expect((await ask('GET', 'Practitioner?nickname=x', { headers: { prefer: 'handling=strict' } })).status).toBe(200)
  }, 30_000)
})

describe('every operation claimed', () => {
  test('answers at every level its definition names', async () => {
    const wrong: string[] = []
    const tried: string[] = []
    const cookie = await served.operator()
    const everywhere = [
      ...rest().operation.map((o) => ({ at: '', ...o })),
      ...rest().resource.flatMap((r) => (r.operation ?? []).map((o) => ({ at: r.type, ...o }))),
    ]
    await together(everywhere, async ({ at, name }) => {
      const addresses = [
        at === '' ? `$${name}` : `${at}/$${name}`,
        ...(at === '' ? [] : [`${at}/${at === 'Patient' ? key : 'nobody'}/$${name}`]),
      ]
      const answers = await Promise.all(
        addresses.flatMap((path) =>
          ['GET', 'POST'].map(async (method) => {
            const headers = { prefer: 'respond-async', ...(name === 'purge' ? { cookie, authorization: '' } : {}) }
            const body = method === 'POST' ? { body: { resourceType: 'Parameters' } } : {}
            return { path, answer: await ask(method, path, { ...body, headers }) }
          }),
        ),
      )
      tried.push(`${at}$${name}`)
      if (answers.some(({ answer }) => answer.status >= 500)) wrong.push(`${at} ${name}: fault`)
      if (answers.every(({ answer }) => isUnserved(answer) || (answer.status === 404 && answer.body.resourceType === undefined)))
        wrong.push(`${at} $${name}: ${answers.map(({ path, answer }) => `${path} ${answer.status} ${ruleOf(answer)}`).join('; ')}`)
    })
    console.info(`operations asked: ${tried.length}`)
    expect(wrong).toEqual([])
    expect([...new Set(everywhere.map((o) => o.name))]).toEqual(
      expect.arrayContaining([
        'submit',
        'export',
        'import',
        'meta',
        'meta-add',
        'meta-delete',
        'reindex-status',
        'everything',
        'lastn',
        'purge',
        'status',
        'events',
        'get-ws-binding-token',
      ]),
    )
  }, 60_000)

  test('that is this platform’s own has a sound definition at its address', async () => {
    const all = [...rest().operation, ...rest().resource.flatMap((r) => r.operation ?? [])]
    const own = [...new Set(all.map((o) => o.definition).filter((d) => d.startsWith(served.base)))]
    expect(own.length).toBeGreaterThan(3)
    for (const address of own) {
      const definition = (await (await fetch(address)).json()) as Resource
      expect([address, definition.resourceType, errors(definition)]).toEqual([address, 'OperationDefinition', []])
      expect(definition.url).toBe(address)
    }
    expect((await nobody('GET', 'OperationDefinition/enishi-nonsense')).status).toBe(404)
  })

  test('and one that nobody offers is refused', async () => {
    for (const path of ['$nonsense', 'Patient/$nonsense', 'ValueSet/$expand', `Patient/${key}/$nonsense`]) {
      const answers = [await ask('GET', path), await ask('POST', path, { body: { resourceType: 'Parameters' } })]
      expect([path, ...answers.map((a) => a.status >= 400 && a.status < 500 && a.body.resourceType === 'OperationOutcome')]).toEqual([
        path,
        true,
        true,
      ])
    }
  })
})

describe('the system', () => {
  test('does what is claimed of it', async () => {
    for (const type of ['transaction', 'batch'])
      expect((await ask('POST', '', { body: { resourceType: 'Bundle', type } })).body).toMatchObject({ type: `${type}-response` })
    expect((await ask('GET', '_history?_count=1')).body).toMatchObject({ resourceType: 'Bundle', type: 'history' })
    expect((await ask('GET', '?_type=Patient,Practitioner')).body).toMatchObject({ resourceType: 'Bundle', type: 'searchset' })
  })

  test('names the methods of an address that is known, where another is used', async () => {
    const wrong = await ask('DELETE', `Patient/${key}/$everything`)
    expect([wrong.status, wrong.headers.get('allow'), ruleOf(wrong)]).toEqual([405, 'GET, POST, HEAD', 'method-not-allowed'])
    expect((await ask('PATCH', '')).headers.get('allow')).toBe('GET, POST, HEAD')
  })
})

describe('the OpenAPI document', () => {
  type Paths = { [path: string]: { [method: string]: { security: object[] } } }
  const known = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
  const paths = async (of: Served) => ((await (await fetch(`${of.origin}/openapi.json`)).json()) as { paths: Paths }).paths
  const called = (of: Served, path: string, method: string) => {
    const address = path
      .replaceAll('{type}', 'Observation')
      .replaceAll('{compartment}', 'Patient')
      .replace(/\{[A-Za-z]+\}/g, 'x')
    return askAt(of.origin, () => ({}))(method, address.slice(1))
  }

  /** Rows that do not answer, and answers that no row gives. @param listed what is asked for */
  async function gaps(of: Served, listed: Paths): Promise<{ wrong: string[]; asked: number }> {
    const wrong: string[] = []
    let asked = 0
    await together(Object.entries(listed), async ([path, item]) => {
      const allow = (await called(of, path, 'OPTIONS')).headers.get('allow')?.split(', ') ?? []
      for (const method of known) {
        const isListed = method.toLowerCase() in item
        if (!isListed && allow.includes(method)) continue
        const answer = await called(of, path, method)
        asked++
        const isServed = answer.status !== 405 && ruleOf(answer) !== 'address-unknown'
        if (isListed !== isServed || answer.status >= 500) wrong.push(`${method} ${path}: ${answer.status} ${ruleOf(answer)}`)
      }
    })
    return { wrong, asked }
  }

  test('is asked of the running server: every row it lists answers, every other method is refused with what is allowed', async () => {
    const { wrong, asked } = await gaps(served, await paths(served))
    console.info(`rows of the OpenAPI document asked, with methods they do not have: ${asked}`)
    expect(wrong).toEqual([])
  }, 60_000)

  test('the control: a row that is listed and not served is found', async () => {
    const listed = await paths(served)
    const { wrong } = await gaps(served, {
      '/nonsense/{id}': { get: { security: [] }, post: { security: [] } },
      '/health': listed['/health']!,
    })
    expect(wrong.toSorted()).toEqual([expect.stringContaining('GET /nonsense/{id}'), expect.stringContaining('POST /nonsense/{id}')])
  })
})
